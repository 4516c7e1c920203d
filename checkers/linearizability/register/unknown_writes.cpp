#include "checkers/linearizability/register/unknown_writes.hpp"

#include <algorithm>

namespace faultrig {

std::vector<bool> which_matter(std::span<const RegisterOperation> operations) {
  ModelState states = 0;
  bool any_value_matters = false;
  for (const RegisterOperation& operation : operations) {
    states = std::max(states, std::max(operation.expected, operation.desired) + 1);
    any_value_matters = any_value_matters || operation.kind == RegisterOperation::Kind::mismatch;
  }
  std::vector<bool> is_looked_for(states, any_value_matters);
  std::vector<bool> matters(operations.size(), false);
  const auto take = [&](std::size_t number) {
    matters[number] = true;
    if (operations[number].kind != RegisterOperation::Kind::write) {
      is_looked_for[operations[number].expected] = true;
    }
  };
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i].is_certain()) {
      take(i);
    } else if (operations[i].is_mutation()) {
      unknown.push_back(i);
    }
  }
  for (bool again = true; again;) {
    const std::size_t before = unknown.size();
    std::erase_if(unknown, [&](std::size_t number) {
      if (!is_looked_for[operations[number].desired]) return false;
      take(number);
      return true;
    });
    again = unknown.size() < before;
  }
  return matters;
}

}  // namespace faultrig
