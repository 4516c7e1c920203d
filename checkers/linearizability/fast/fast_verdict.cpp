#include "checkers/linearizability/fast/fast_verdict.hpp"

#include <algorithm>

namespace faultrig {

FastVerdict not_applicable(std::string_view reason) { return {.reason = reason}; }

FastVerdict contradicted(std::string_view pattern, std::vector<std::uint32_t> positions) {
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return {.is_applicable = true, .reason = pattern, .contradiction = std::move(positions)};
}

FastVerdict linearizable_as(std::vector<std::uint32_t> order) {
  return {.is_applicable = true, .is_linearizable = true, .order = std::move(order)};
}

}  // namespace faultrig
