// What the polynomial procedures judge: operations on a collection (queue, stack, bag, set, list),
// freed of models and values: a value is a number, told apart from others and nothing more.
//
// They are fast because insertions are distinct ("unambiguous histories"): who put a value in is
// known from the value alone, so that no search is needed (Gibbons and Korach 1997, "Testing shared
// memories", section 4; Lee and Mathur 2025, "Efficient decrease-and-conquer linearizability
// monitoring"). The general search is one room up, in search.hpp.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

#include "checkers/history/operation.hpp"

namespace faultrig {

enum class CollectionAction {
  insert,       // enqueue, push, append, add: always succeeds
  remove,       // dequeue, pop: what it took; in a set: take this value out
  saw_empty,    // a dequeue or pop that found nothing
  saw_present,  // a set's `contains` that said true
  saw_absent,   // and false
  read_all,     // a read of the whole list or set
};

struct CollectionOperation {
  static constexpr std::uint32_t no_value = std::numeric_limits<std::uint32_t>::max();

  CollectionAction action = CollectionAction::insert;
  std::uint32_t value =
      no_value;                 // no_value: a remove whose answer never came, saw_empty, read_all
  std::int64_t invoked_at = 0;  // event indices, as in Operation; distinct
  std::int64_t completed_at = Operation::never;  // `never`: may yet happen, or not
  std::span<const std::uint32_t> contents = {};  // of a read_all; not owned

  bool is_certain() const { return completed_at != Operation::never; }
};

}  // namespace faultrig
