// Splits a history by key: a history is linearizable exactly when its subhistory of each object is
// (Herlihy and Wing 1990, theorem 1), and small histories are much cheaper. Cost: O(n) hashing,
// and O(k log k) to put k keys in order.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checkers/history/operation.hpp"

namespace faultrig {

struct Subhistory {
  std::optional<Value> key;
  std::vector<const Operation*> operations;  // in order of invocation; not owned
};

// In order of key, operations without a key first.
std::vector<Subhistory> subhistories_by_key(std::span<const Operation> operations);

// "key 7", or "the history" for operations without a key.
std::string name_of(const Subhistory& subhistory);

}  // namespace faultrig
