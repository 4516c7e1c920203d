// Hashes that are the same on every machine and in every build, unlike std::hash: they go into
// snapshots (fingerprints of requests) and into the digests of simulated runs. 64 bits, not
// cryptographic: two different things agree by chance once in 10^19. Cost: linear, about a
// nanosecond for each eight bytes.
#pragma once

#include <cstdint>
#include <string_view>

#include "checkers/history/value.hpp"

namespace faultrig {

// The order of the two matters.
constexpr std::uint64_t combine(std::uint64_t a, std::uint64_t b) {
  std::uint64_t x = (a ^ (b + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdULL;
  x ^= x >> 32;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 29);
}

std::uint64_t stable_hash(std::string_view text);
// Equal values have equal hashes.
std::uint64_t stable_hash(const Value& value);

}  // namespace faultrig
