#include "checkers/causal/causal_level.hpp"

#include <algorithm>
#include <array>

namespace faultrig {
namespace {

using enum CausalLevel;

constexpr std::array levels = {
    read_your_writes, monotonic_reads,    monotonic_writes, writes_follow_reads, read_atomic, pram,
    causal,           causal_convergence, causal_memory};

struct Names {
  std::string_view word;
  std::string_view words;
};

// In the order of the enumeration.
constexpr std::array<Names, levels.size()> names = {{
    {"read-your-writes", "read your writes"},
    {"monotonic-reads", "monotonic reads"},
    {"monotonic-writes", "monotonic writes"},
    {"writes-follow-reads", "writes follow reads"},
    {"read-atomic", "read atomicity"},
    {"pram", "PRAM"},
    {"causal", "causal consistency"},
    {"causal-convergence", "causal convergence"},
    {"causal-memory", "causal memory"},
}};

const Names& names_of(CausalLevel level) { return names[static_cast<std::size_t>(level)]; }

// The direct ones; the rest follows.
constexpr std::array implications = {
    std::pair(causal_memory, causal),
    std::pair(causal_memory, pram),
    std::pair(causal_convergence, causal),
    std::pair(causal_convergence, read_atomic),
    std::pair(causal_convergence, monotonic_reads),
    std::pair(causal, read_your_writes),
    std::pair(causal, monotonic_writes),
    std::pair(causal, writes_follow_reads),
    std::pair(pram, read_your_writes),
    std::pair(pram, monotonic_reads),
    std::pair(pram, monotonic_writes),
    std::pair(read_atomic, read_your_writes),
};

}  // namespace

std::span<const CausalLevel> causal_levels() { return levels; }

std::string_view to_string(CausalLevel level) { return names_of(level).word; }

std::string_view words_for(CausalLevel level) { return names_of(level).words; }

std::optional<CausalLevel> causal_level_from(std::string_view word) {
  for (const CausalLevel level : levels) {
    if (to_string(level) == word) return level;
  }
  return std::nullopt;
}

bool implies(CausalLevel stronger, CausalLevel weaker) {
  if (stronger == weaker) return true;
  // Chains of implications have three links at most.
  return std::any_of(implications.begin(), implications.end(), [&](const auto& implication) {
    return implication.first == stronger && implies(implication.second, weaker);
  });
}

}  // namespace faultrig
