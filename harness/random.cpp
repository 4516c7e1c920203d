#include "harness/random.hpp"

#include <string>

namespace faultrig {
namespace {

std::uint64_t rotate_left(std::uint64_t value, int count) {
  return (value << count) | (value >> (64 - count));
}

}  // namespace

std::uint64_t mix64(std::uint64_t value) {
  value += 0x9e3779b97f4a7c15ULL;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 31);
}

Random::Random(std::uint64_t seed, DrawLog* log) : seed_(seed), log_(log) {
  std::uint64_t word = seed;
  for (std::uint64_t& part : state_) {
    part = mix64(word);
    word += 0x9e3779b97f4a7c15ULL;
  }
}

Random Random::fork(std::string_view name) const {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a over the name
  for (unsigned char c : name) hash = (hash ^ c) * 0x100000001b3ULL;
  const std::uint64_t child = mix64(seed_ ^ mix64(hash));
  if (log_ != nullptr) log_->on_fork(seed_, name, child);
  return Random(child, log_);
}

Random Random::fork(std::uint64_t number) const {
  const std::uint64_t child = mix64(seed_ + mix64(number));
  if (log_ != nullptr) log_->on_fork(seed_, std::to_string(number), child);
  return Random(child, log_);
}

std::uint64_t Random::next() {
  const std::uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
  const std::uint64_t shifted = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= shifted;
  state_[3] = rotate_left(state_[3], 45);
  if (log_ != nullptr) log_->on_draw(seed_, result);
  return result;
}

std::uint64_t Random::below(std::uint64_t bound) {
  // Draws below the largest multiple of `bound` are unbiased; others are drawn again.
  const std::uint64_t threshold = (0 - bound) % bound;
  while (true) {
    const std::uint64_t draw = next();
    if (draw >= threshold) return draw % bound;
  }
}

std::int64_t Random::between(std::int64_t low, std::int64_t high) {
  const std::uint64_t span = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low);
  const std::uint64_t offset = span == UINT64_MAX ? next() : below(span + 1);
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + offset);
}

std::chrono::nanoseconds Random::between(std::chrono::nanoseconds low,
                                         std::chrono::nanoseconds high) {
  return std::chrono::nanoseconds(between(low.count(), high.count()));
}

bool Random::chance(Ratio ratio) {
  if (ratio.numerator == 0) return false;
  return below(ratio.denominator) < ratio.numerator;
}

}  // namespace faultrig
