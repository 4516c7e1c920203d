#include "checkers/linearizability/register/regular.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace faultrig {
namespace {

constexpr std::int64_t never_yet = std::numeric_limits<std::int64_t>::min();

// The writers of one value in order of invocation, with the latest completion up to each.
struct Writers {
  std::vector<std::int64_t> invoked_at;
  std::vector<std::int64_t> latest_completion;
  std::vector<std::uint32_t> numbers;
};

struct Ended {
  std::int64_t completed_at;
  std::int64_t latest_invocation;  // of all that ended up to then
};

class Reads {
 public:
  Reads(std::span<const RegisterOperation> operations, ModelState initial)
      : operations_(operations), initial_(initial) {
    ModelState states = initial + 1;
    for (const RegisterOperation& operation : operations) {
      states = std::max(states, std::max(operation.expected, operation.desired) + 1);
    }
    writers_.resize(states);
    for (std::uint32_t i = 0; i < operations.size(); ++i) {
      const RegisterOperation& operation = operations[i];
      if (!operation.is_mutation()) continue;
      Writers& writers = writers_[operation.desired];
      const std::int64_t before =
          writers.latest_completion.empty() ? never_yet : writers.latest_completion.back();
      writers.invoked_at.push_back(operation.invoked_at);
      writers.latest_completion.push_back(std::max(before, operation.completed_at));
      writers.numbers.push_back(i);
      if (operation.is_certain()) ended_.push_back({operation.completed_at, operation.invoked_at});
      spans_.push_back(operation.invoked_at);
      latest_end_.push_back(
          std::max(latest_end_.empty() ? never_yet : latest_end_.back(), operation.completed_at));
    }
    std::sort(ended_.begin(), ended_.end(),
              [](const Ended& a, const Ended& b) { return a.completed_at < b.completed_at; });
    for (std::size_t i = 1; i < ended_.size(); ++i) {
      ended_[i].latest_invocation =
          std::max(ended_[i].latest_invocation, ended_[i - 1].latest_invocation);
    }
  }

  // Some write, other than itself, was in progress during the look.
  bool overlaps_a_write(std::uint32_t number) const {
    const RegisterOperation& look = operations_[number];
    if (look.is_mutation()) return true;
    const auto end = std::lower_bound(spans_.begin(), spans_.end(), look.completed_at);
    if (end == spans_.begin()) return false;
    return latest_end_[static_cast<std::size_t>(end - spans_.begin()) - 1] > look.invoked_at;
  }

  bool may_return(std::uint32_t number) const {
    const RegisterOperation& look = operations_[number];
    const auto after = std::lower_bound(
        ended_.begin(), ended_.end(), look.invoked_at,
        [](const Ended& ended, std::int64_t at) { return ended.completed_at < at; });
    const bool none_ended = after == ended_.begin();
    const std::int64_t overwritten_before = none_ended ? never_yet : (after - 1)->latest_invocation;
    if (look.kind == RegisterOperation::Kind::mismatch) return true;
    if (look.expected == initial_ && none_ended) return true;
    const Writers& writers = writers_[look.expected];
    const auto begun =
        std::lower_bound(writers.invoked_at.begin(), writers.invoked_at.end(), look.completed_at);
    if (begun == writers.invoked_at.begin()) return false;
    const auto count = static_cast<std::size_t>(begun - writers.invoked_at.begin());
    return writers.latest_completion[count - 1] >= overwritten_before;
  }

 private:
  std::span<const RegisterOperation> operations_;
  ModelState initial_;
  std::vector<Writers> writers_;          // by value
  std::vector<Ended> ended_;              // certain mutations in order of completion
  std::vector<std::int64_t> spans_;       // invocations of all mutations, in order
  std::vector<std::int64_t> latest_end_;  // of the mutations up to each of those
};

}  // namespace

std::optional<std::uint32_t> broken_read(std::span<const RegisterOperation> operations,
                                         ModelState initial, ReadPromise promise) {
  const Reads reads(operations, initial);
  std::optional<std::uint32_t> first;
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    const RegisterOperation& look = operations[i];
    if (look.kind == RegisterOperation::Kind::write || !look.is_certain()) continue;
    if (promise == ReadPromise::safe && reads.overlaps_a_write(i)) continue;
    if (reads.may_return(i)) continue;
    if (!first || look.completed_at < operations[*first].completed_at) first = i;
  }
  return first;
}

}  // namespace faultrig
