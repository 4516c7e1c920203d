// Random histories of one register in the form its procedures take, and their stupid twin.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "checkers/linearizability/register/operation.hpp"

namespace faultrig::testing {

struct RegisterShape {
  int operations = 8;
  int clients = 4;
  int values = 3;  // 0: each write writes a value of its own
  int unknown_percent = 0;
  bool with_mismatches = false;
  // Of the looks, how many return something drawn at random.
  int wrong_percent = 0;
};

// Unknown looks are left out, as the procedures want it.
std::vector<RegisterOperation> random_register_history(const RegisterShape& shape,
                                                       std::uint64_t seed);

// Every order of every choice of unknown operations. For up to about 9 operations.
bool has_order_by_brute_force(const std::vector<RegisterOperation>& operations, ModelState initial);

// Does this order hold? Empty when it does. `complete`: nothing certain may be missing.
const char* what_is_wrong_with(const std::vector<std::uint32_t>& order,
                               const std::vector<RegisterOperation>& operations, ModelState initial,
                               bool complete);

// One line an operation, for messages.
std::string draw(const std::vector<RegisterOperation>& operations);

}  // namespace faultrig::testing
