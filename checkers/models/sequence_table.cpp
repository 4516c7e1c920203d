#include "checkers/models/sequence_table.hpp"

#include <algorithm>

namespace faultrig {

std::size_t SequenceTable::Hash::operator()(const Sequence& sequence) const {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::uint32_t item : sequence) {
    hash = (hash ^ item) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32;
  }
  return hash;
}

ModelState SequenceTable::number_of(Sequence content) {
  const auto [at, is_new] =
      numbers_.try_emplace(std::move(content), static_cast<ModelState>(contents_.size()));
  if (is_new) {
    contents_.push_back(&at->first);
    bytes_ += at->first.size() * sizeof(std::uint32_t) + 80;
  }
  return at->second;
}

template <typename Change>
ModelState SequenceTable::after(Step step, ModelState state, std::uint32_t item, Change change) {
  auto& successors = successors_[static_cast<std::size_t>(step)];
  const std::uint64_t key = (std::uint64_t{state} << 32) | item;
  if (const auto known = successors.find(key); known != successors.end()) return known->second;
  Sequence sequence = content(state);
  change(sequence);
  const ModelState result = number_of(std::move(sequence));
  successors.emplace(key, result);
  bytes_ += 40;
  return result;
}

ModelState SequenceTable::with_back(ModelState state, std::uint32_t item) {
  return after(Step::back, state, item, [&](Sequence& sequence) { sequence.push_back(item); });
}

ModelState SequenceTable::with_sorted(ModelState state, std::uint32_t item) {
  return after(Step::sorted, state, item, [&](Sequence& sequence) {
    sequence.insert(std::upper_bound(sequence.begin(), sequence.end(), item), item);
  });
}

ModelState SequenceTable::without_front(ModelState state) {
  return after(Step::front_out, state, 0,
               [](Sequence& sequence) { sequence.erase(sequence.begin()); });
}

ModelState SequenceTable::without_back(ModelState state) {
  return after(Step::back_out, state, 0, [](Sequence& sequence) { sequence.pop_back(); });
}

ModelState SequenceTable::without(ModelState state, std::uint32_t item) {
  return after(Step::out, state, item, [&](Sequence& sequence) {
    sequence.erase(std::lower_bound(sequence.begin(), sequence.end(), item));
  });
}

bool SequenceTable::holds_sorted(ModelState state, std::uint32_t item) const {
  const Sequence& sequence = content(state);
  return std::binary_search(sequence.begin(), sequence.end(), item);
}

}  // namespace faultrig
