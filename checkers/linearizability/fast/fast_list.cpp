#include "checkers/linearizability/fast/fast_list.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "checkers/linearizability/fast/growing_reads.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = GrowingReads::none;

class ListDecision {
 public:
  explicit ListDecision(std::span<const CollectionOperation> operations)
      : reads_(operations), size_(operations.size(), 0), place_(reads_.numbers(), none) {}

  FastVerdict run() {
    if (reads_.refusal()) return *reads_.refusal();
    for (std::uint32_t read : reads_.reads()) {
      size_[read] = static_cast<std::uint32_t>(reads_.contents(read).size());
      if (longest_ == none || size_[read] > size_[longest_]) longest_ = read;
    }
    if (longest_ != none) {
      if (auto contradiction = number_places()) return *contradiction;
    }
    for (std::uint32_t read : reads_.reads()) {
      if (auto contradiction = compare(read)) return *contradiction;
    }
    const std::vector<std::uint32_t> seen_by(reads_.numbers(), longest_);
    return reads_.decide(size_, place_, seen_by);
  }

 private:
  // The places of values in the longest read, from 1.
  std::optional<FastVerdict> number_places() {
    std::uint32_t place = 0;
    for (std::uint32_t value : reads_.contents(longest_)) {
      ++place;
      const std::uint32_t number = reads_.number_of(value);
      if (number == none) return contradicted("read but never appended", {longest_});
      if (place_[number] != none) return read_twice(longest_, number);
      place_[number] = place;
    }
    return std::nullopt;
  }

  std::optional<FastVerdict> compare(std::uint32_t read) {
    const auto mine = reads_.contents(read);
    const auto all = reads_.contents(longest_);
    const auto differs = std::mismatch(mine.begin(), mine.end(), all.begin());
    if (differs.first == mine.end()) return std::nullopt;
    const std::uint32_t number = reads_.number_of(*differs.first);
    if (number == none) return contradicted("read but never appended", {read});
    // Places before the first difference are the same in both.
    if (place_[number] <= static_cast<std::uint32_t>(differs.first - mine.begin())) {
      return read_twice(read, number);
    }
    return contradicted(
        "two reads disagree on what came first",
        {read, longest_, reads_.insert(number), reads_.insert(reads_.number_of(*differs.second))});
  }

  FastVerdict read_twice(std::uint32_t read, std::uint32_t number) const {
    return contradicted("appended once but read twice", {read, reads_.insert(number)});
  }

  GrowingReads reads_;
  std::vector<std::uint32_t> size_;   // by position
  std::vector<std::uint32_t> place_;  // by number
  std::uint32_t longest_ = none;
};

}  // namespace

FastVerdict decide_list(std::span<const CollectionOperation> operations) {
  return ListDecision(operations).run();
}

}  // namespace faultrig
