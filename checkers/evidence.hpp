// The typed facts behind a verdict. Checkers fill them in; reports/story turns them into words.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checkers/history/operation.hpp"
#include "checkers/history/value.hpp"

namespace faultrig {

// No order of the operations explains what the clients saw.
struct NotLinearizable {
  // An operation that could come next after the longest prefix, and why the model refuses it.
  struct Refused {
    Operation operation;
    std::string reason;  // "the register holds 3, the read returned 1"
  };

  std::string model;         // "register" ...
  Value initial;             // the model's initial value
  std::optional<Value> key;  // of the object that failed, where the history has several
  // In order of invocation. Minimal: leave any operation out, and with it those that saw what it
  // wrote, and the rest is linearizable. It is a contradiction of the whole history (see
  // checkers/linearizability/observation.hpp). A failed operation in it is the only author of a
  // value that others of the core saw.
  std::vector<Operation> core;
  bool core_is_minimal = true;  // false when the budget ended before minimality was shown
  // Reads of the core, and `initial`, show only those elements of a list or a set that matter
  // (checkers/linearizability/element_core.hpp).
  bool core_is_projected = false;
  std::vector<Operation> prefix;   // the longest linearization found, in its order
  std::string state_after_prefix;  // the model's state then, in words
  std::vector<Refused> refused;
  std::int64_t operations = 0;  // judged for this key
};

// An order of each object's operations that the model allows and that keeps real time. Unknown
// operations stand in it where they are taken to have happened.
struct Linearization {
  struct Object {
    std::optional<Value> key;
    std::vector<Operation> order;
  };
  std::vector<Object> objects;  // in order of key
};

// The run tested nothing, or not what it was meant to.
struct Inactivity {
  std::vector<std::string> gaps;  // "no read succeeded", "partition-halves #3 never bit"
};

using Evidence = std::variant<std::monostate, NotLinearizable, Linearization, Inactivity>;

}  // namespace faultrig
