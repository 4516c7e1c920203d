// What queues and stacks share: values go in, come out once, and an empty one says so. They differ
// only in which value comes out (fifo_queue.hpp, unordered_queue.hpp, stack.hpp).
//
// An output of nil is "was empty". A removal whose outcome is unknown took whatever was its turn,
// or found nothing, or never happened.
//
// Leaving out all that is about one element keeps a history linearizable: take its linearization
// and leave the element out; what comes out before or after it, and when it is empty, stays right.
// (An unknown removal that took the element then never happened.)
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checkers/models/model.hpp"
#include "checkers/models/sequence_table.hpp"

namespace faultrig {

class CollectionModel : public AccumulatingModel {
 public:
  enum class Kind : std::uint8_t { insert, remove, remove_whatever, saw_empty };
  struct Command {
    Kind kind;
    std::uint32_t value;
    friend bool operator==(const Command&, const Command&) = default;
  };
  // How this collection calls its operations.
  struct Words {
    std::string_view model;   // "fifo-queue"
    std::string_view insert;  // "enqueue"
    std::string_view remove;  // "dequeue"
    std::string_view thing;   // "queue"
  };

  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  bool is_pure(const Command& command) const { return command.kind == Kind::saw_empty; }
  std::optional<std::uint32_t> element(const Command& command) const;
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  // Numbers of the values that a state holds.
  const SequenceTable::Sequence& content(ModelState state) const { return states_.content(state); }
  std::size_t bytes() const { return values_.bytes() + states_.bytes(); }

 protected:
  // `initial`: nil for empty, or a list of values, the first in first.
  CollectionModel(Words words, const Value& initial, bool is_sorted);

  SequenceTable states_;  // of numbers of values

 private:
  Words words_;
  ValueTable values_;
  ModelState initial_;
};

}  // namespace faultrig
