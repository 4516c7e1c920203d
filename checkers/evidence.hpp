// The typed facts behind a verdict. Checkers fill them in; reports/story turns them into words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
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

// Reads of a bank that cannot be. Sums are text: they may be beyond 64 bits.
struct BrokenBank {
  enum class Kind { not_balances, unknown_account, wrong_total, negative_balance };
  struct BadRead {
    Operation read;
    Kind kind = Kind::wrong_total;
    std::string account;     // of unknown_account and negative_balance
    std::string amount;      // what was read: the sum of all accounts, or the balance of that one
    std::string difference;  // from the total: "5 too much"; empty but for wrong_total
  };

  std::int64_t total = 0;  // that every read should have
  std::int64_t reads = 0;  // that were ok
  std::int64_t bad = 0;    // of them
  BadRead first;
  BadRead worst;  // furthest from what it should be; of several the first
  BadRead last;
};

// What is wrong with single elements, ids and reads: properties that need no order of everything
// (checkers/invariants).
struct BrokenProperties {
  struct Finding {
    std::string property;      // "lost", "duplicated" ...
    std::string words;         // one clause: "element 7 was acknowledged, the last 3 reads lack it"
    std::optional<Value> key;  // of the object, where the history has several
    std::vector<Operation> operations;  // that show it, in order of invocation
  };
  // The checker and its options, as the head of a drawing names them, where the operations of each
  // finding are wrong on their own: "set-full promise=linearizable". Else empty.
  std::string stands_alone_for;
  std::vector<Finding> findings;  // the first few of each property
  // How many there are in all, property by property, in the order of `findings`.
  std::vector<std::pair<std::string, std::uint64_t>> counts;
  // Reads in `findings` show only the elements that the finding is about.
  bool reads_are_projected = false;
};

// The run tested nothing, or not what it was meant to.
struct Inactivity {
  std::vector<std::string> gaps;  // "no read succeeded", "partition-halves #3 never bit"
};

// The sessions cannot have seen their reads and writes in any order that keeps a promise about
// causality: links that must hold, and some of them form a cycle.
struct NotCausal {
  enum class Reason {
    session_order,   // one process did one after the other
    reads_from,      // `to` returned what `from` wrote
    conflict_order,  // writes of one key: `read` returned `to` although `from` was in its past
    initial_value,   // `from` read the initial value, so it is before the write `to`
  };
  // The operation `from` is before the operation `to`; indices into `operations`.
  struct Link {
    std::size_t from;
    std::size_t to;
    Reason reason;
    std::optional<std::size_t> read;        // of a conflict order
    std::vector<std::size_t> premise = {};  // of a conflict order: the links from `from` to `read`
  };

  std::string promise;  // "causal", "monotonic-reads" ...
  std::string pattern;  // "WriteCORead", "CyclicHB" ... as Bouajjani et al. 2017 name them
  Value initial;
  std::vector<Operation> operations;  // in order of invocation
  std::vector<Link> links;
  // In `links`; each starts where the one before ends, the first where the last ends. Empty where a
  // read alone is wrong: the one operation that is ok, beside the failed write it returned, if any.
  std::vector<std::size_t> cycle;
};

using Evidence = std::variant<std::monostate, NotLinearizable, Linearization, NotCausal, BrokenBank,
                              BrokenProperties, Inactivity>;

}  // namespace faultrig
