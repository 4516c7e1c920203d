// The one source of chance. One seed a run; each component forks its own named stream, so that a
// draw in one place never shifts the draws of another, and a seed repeats on every machine: own
// distributions (the standard ones differ by library), integer ratios instead of doubles.
//
// Generator: xoshiro256** by Blackman and Vigna (2018), seeded with SplitMix64; a fork hashes the
// parent's seed with the name and draws nothing from the parent.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>
#include <vector>

namespace faultrig {

// An exact probability; `numerator` of `denominator` times. denominator > 0.
struct Ratio {
  std::uint32_t numerator = 0;
  std::uint32_t denominator = 1;
  bool is_zero() const { return numerator == 0; }
  friend bool operator==(const Ratio&, const Ratio&) = default;
};

// Sees every draw, for finding out where two runs of one seed part. Streams are told apart by
// their seeds; a fork says which stream is whose.
class DrawLog {
 public:
  virtual ~DrawLog() = default;
  virtual void on_fork(std::uint64_t parent, std::string_view name, std::uint64_t child) = 0;
  virtual void on_draw(std::uint64_t stream, std::uint64_t value) = 0;
};

class Random {
 public:
  // `log`, where there is one, must outlive this stream and every copy and fork of it.
  explicit Random(std::uint64_t seed, DrawLog* log = nullptr);
  // An independent stream: a function of this stream's seed and the name only.
  Random fork(std::string_view name) const;
  Random fork(std::uint64_t number) const;

  std::uint64_t next();
  // Uniform in [0, bound); bound > 0. Unbiased.
  std::uint64_t below(std::uint64_t bound);
  // Uniform in [low, high], both included; low <= high.
  std::int64_t between(std::int64_t low, std::int64_t high);
  std::chrono::nanoseconds between(std::chrono::nanoseconds low, std::chrono::nanoseconds high);
  bool chance(Ratio ratio);
  // Of anything with size() and []; not empty.
  template <typename List>
  decltype(auto) pick(const List& items) {
    return items[below(items.size())];
  }
  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::uint64_t seed_;
  DrawLog* log_;
  std::array<std::uint64_t, 4> state_;
};

// SplitMix64's finalizer: a good hash of 64 bits, for randomness that is a function of (seed,
// link, packet number) rather than of a stream.
std::uint64_t mix64(std::uint64_t value);

}  // namespace faultrig
