#include "checkers/linearizability/fast/growing_reads.hpp"

#include <algorithm>

namespace faultrig {

GrowingReads::GrowingReads(std::span<const CollectionOperation> operations)
    : operations_(operations), ranks_(rank_events(operations)), numbers_(operations) {
  insert_.assign(numbers_.size(), none);
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    const CollectionOperation& operation = operations[i];
    if (operation.action == CollectionAction::read_all) {
      if (operation.is_certain()) reads_.push_back(i);
    } else if (operation.action != CollectionAction::insert) {
      refusal_ = not_applicable("it has operations other than insertions and whole reads");
    } else if (operation.value != CollectionOperation::no_value) {
      std::uint32_t& insert = insert_[numbers_.of(operation.value)];
      if (insert != none) refusal_ = not_applicable("a value was inserted more than once");
      insert = i;
    } else {
      refusal_ = not_applicable("an insertion does not say which value it inserts");
    }
  }
}

// Those that are not left out, stage by stage, in a stage by invocation.
std::vector<std::uint32_t> GrowingReads::in_stages(std::span<const std::uint32_t> stage) const {
  const std::vector<std::uint32_t> by_time = sorted_by(ranks_.invoked, ranks_.events);
  std::vector<std::uint32_t> kept, keys;
  for (std::uint32_t position : by_time) {
    if (stage[position] == none) continue;
    kept.push_back(position);
    keys.push_back(stage[position]);
  }
  const std::uint32_t largest = keys.empty() ? 0 : *std::max_element(keys.begin(), keys.end());
  std::vector<std::uint32_t> order = sorted_by(keys, largest);
  for (std::uint32_t& number : order) number = kept[number];
  return order;
}

std::optional<GrowingReads::Inversion> GrowingReads::inversion(
    std::span<const std::uint32_t> order) const {
  // Who was invoked last so far. In a stage, that is the one before: nobody to be preceded.
  std::uint32_t newest = none;
  for (std::uint32_t position : order) {
    if (newest != none && ranks_.completed[position] < ranks_.invoked[newest]) {
      return Inversion{newest, position};
    }
    if (newest == none || ranks_.invoked[position] > ranks_.invoked[newest]) newest = position;
  }
  return std::nullopt;
}

FastVerdict GrowingReads::refute(Inversion inversion, std::span<const std::uint32_t> stage,
                                 std::span<const std::uint32_t> seen_by) const {
  std::vector<std::uint32_t> positions = {inversion.earlier, inversion.later};
  const auto is_read = [&](std::uint32_t position) {
    return operations_[position].action == CollectionAction::read_all;
  };
  if (!is_read(inversion.earlier)) {
    if (is_read(inversion.later)) {
      return contradicted("read before it was inserted", std::move(positions));
    }
    // Who shows that they came the other way round.
    positions.push_back(seen_by[number_of(operations_[inversion.earlier].value)]);
    return contradicted("came after a value inserted later", std::move(positions));
  }
  if (!is_read(inversion.later)) {
    return contradicted("missing from a later read", std::move(positions));
  }
  for (std::uint32_t value : contents(inversion.later)) {
    const std::uint32_t insertion = insert_[number_of(value)];
    if (stage[insertion] < stage[inversion.earlier]) continue;
    positions.push_back(insertion);
    break;
  }
  return contradicted("missing from a read after one that had it", std::move(positions));
}

FastVerdict GrowingReads::decide(std::span<const std::uint32_t> size,
                                 std::span<const std::uint32_t> seen,
                                 std::span<const std::uint32_t> seen_by) const {
  std::vector<std::uint32_t> stage(operations_.size(), none);
  std::uint32_t largest = 0;
  for (std::uint32_t read : reads_) {
    stage[read] = 2 * size[read];
    largest = std::max(largest, size[read]);
  }
  for (std::size_t number = 0; number < insert_.size(); ++number) {
    const std::uint32_t insertion = insert_[number];
    if (insertion == none) continue;
    if (seen[number] != none) {
      stage[insertion] = 2 * seen[number] - 1;
    } else if (operations_[insertion].is_certain()) {
      stage[insertion] = 2 * largest + 1;
    }
  }
  std::vector<std::uint32_t> order = in_stages(stage);
  if (const auto found = inversion(order)) return refute(*found, stage, seen_by);
  return linearizable_as(std::move(order));
}

}  // namespace faultrig
