#include "checkers/linearizability/fast/fast_set_reads.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "checkers/linearizability/fast/growing_reads.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = GrowingReads::none;

class SetReadsDecision {
 public:
  explicit SetReadsDecision(std::span<const CollectionOperation> operations)
      : reads_(operations),
        size_(operations.size(), 0),
        last_read_(reads_.numbers(), none),
        seen_(reads_.numbers(), none),
        seen_by_(reads_.numbers(), none) {}

  FastVerdict run() {
    if (reads_.refusal()) return *reads_.refusal();
    for (std::uint32_t read : reads_.reads()) {
      if (!measure(read)) return contradicted("read but never added", {read});
    }
    std::vector<std::uint32_t> chain = reads_.reads();
    std::stable_sort(chain.begin(), chain.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return size_[a] < size_[b]; });
    std::fill(last_read_.begin(), last_read_.end(), none);
    std::uint32_t before = none;
    for (std::uint32_t read : chain) {
      if (auto contradiction = extend(before, read)) return *contradiction;
      before = read;
    }
    return reads_.decide(size_, seen_, seen_by_);
  }

 private:
  // How many values a read holds; false when one of them was never added.
  bool measure(std::uint32_t read) {
    for (std::uint32_t value : reads_.contents(read)) {
      const std::uint32_t number = reads_.number_of(value);
      if (number == none) return false;
      if (last_read_[number] != read) ++size_[read];
      last_read_[number] = read;
    }
    return true;
  }

  // `before` holds all that was seen so far, and no more values than `read`.
  std::optional<FastVerdict> extend(std::uint32_t before, std::uint32_t read) {
    std::uint32_t fresh = none, held = 0;
    for (std::uint32_t value : reads_.contents(read)) {
      const std::uint32_t number = reads_.number_of(value);
      if (last_read_[number] == read) continue;
      last_read_[number] = read;
      if (seen_[number] != none) {
        ++held;
        continue;
      }
      seen_[number] = size_[read];
      seen_by_[number] = read;
      fresh = number;
    }
    if (before == none || held == size_[before]) return std::nullopt;
    // It lacks one of those before, so it has a fresh one in its place.
    for (std::uint32_t value : reads_.contents(before)) {
      const std::uint32_t lacking = reads_.number_of(value);
      if (last_read_[lacking] == read) continue;
      return contradicted("two reads have each a value that the other lacks",
                          {before, read, reads_.insert(lacking), reads_.insert(fresh)});
    }
    return std::nullopt;
  }

  GrowingReads reads_;
  std::vector<std::uint32_t> size_;       // distinct values, by position of the read
  std::vector<std::uint32_t> last_read_;  // by number: the last read that was looked at and had it
  std::vector<std::uint32_t> seen_;
  std::vector<std::uint32_t> seen_by_;
};

}  // namespace

FastVerdict decide_set_reads(std::span<const CollectionOperation> operations) {
  return SetReadsDecision(operations).run();
}

}  // namespace faultrig
