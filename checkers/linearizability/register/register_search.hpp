// Is there an order of these operations on one register, within their intervals?
//
// The frontier search (frontier.hpp) in rounds, each of which decides or says that it cannot:
// a narrow beam, in which most histories that are linearizable are through at once; the relaxed
// search, in which most that are not die at once; wider beams; and the exact search with what is
// left of the budget. So a verdict is proved either way, and the cost of a wide history is paid
// only by those that lie between.
//
// Cost: linear in the length for a fixed concurrency; at worst exponential in the concurrency.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "checkers/linearizability/register/operation.hpp"
#include "checkers/linearizability/search_result.hpp"

namespace faultrig {

struct RegisterVerdict {
  SearchResult result;         // its order counts in positions of the operations given
  std::string_view procedure;  // "frontier search, beam of 16" ...
};

// Operations in order of invocation, their indices distinct; unknown looks must be left out.
// Nothing when more operations overlap than a frontier has room for.
std::optional<RegisterVerdict> search_register(std::span<const RegisterOperation> operations,
                                               ModelState initial, SearchLimits limits);

}  // namespace faultrig
