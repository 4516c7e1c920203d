// What the procedures for one register work on: the operations of any model whose state is always
// what the last mutation wrote (register, cas-register, a key of a map without appends), freed of
// the model. Unknown reads and failed operations are left out before.
#pragma once

#include <cstdint>

#include "checkers/history/operation.hpp"
#include "checkers/models/model.hpp"

namespace faultrig {

struct RegisterOperation {
  enum class Kind : std::uint8_t {
    read,      // saw `expected`
    write,     // left `desired`, whatever was there
    cas,       // found `expected`, left `desired`
    mismatch,  // saw anything but `expected` (a cas that did not match)
  };
  Kind kind = Kind::read;
  ModelState expected = 0;
  ModelState desired = 0;
  std::int64_t invoked_at = 0;    // in order and distinct over a history
  std::int64_t completed_at = 0;  // Operation::never when unknown

  bool is_certain() const { return completed_at != Operation::never; }
  bool is_cas() const { return kind == Kind::cas && expected != desired; }
  bool is_mutation() const { return kind == Kind::write || is_cas(); }
  // Needs one state and leaves it: a read, or a cas from a value to itself.
  bool is_look() const { return kind == Kind::read || (kind == Kind::cas && expected == desired); }
};

}  // namespace faultrig
