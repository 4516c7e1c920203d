// A set: add v; remove v; contains v -> boolean; read -> all that it holds, as a list in any order.
//
// Elements do not touch each other, except in a read of everything: where nothing was read whole,
// all that is about one element can be left out.
#pragma once

#include <optional>
#include <string>

#include "checkers/models/model.hpp"
#include "checkers/models/sequence_table.hpp"

namespace faultrig {

class SetModel : public AccumulatingModel {
 public:
  enum class Kind : std::uint8_t { add, remove, contains, lacks, read };
  struct Command {
    Kind kind;
    std::uint32_t argument;  // the value; of a read the state it saw
    friend bool operator==(const Command&, const Command&) = default;
  };

  // nil for empty, or a list.
  explicit SetModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command);
  bool is_pure(const Command& command) const {
    return command.kind != Kind::add && command.kind != Kind::remove;
  }
  std::optional<ModelState> observed(const Command& command) const;
  std::optional<std::uint32_t> element(const Command& command) const;
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  // Numbers of the values that a state holds.
  const SequenceTable::Sequence& content(ModelState state) const { return states_.content(state); }
  std::size_t bytes() const { return values_.bytes() + states_.bytes(); }

 private:
  ModelState state_of(const Value& items);
  std::string words_of(ModelState state) const;

  ValueTable values_;
  SequenceTable states_;  // sorted, each value once
  ModelState initial_;
  bool has_whole_reads_ = false;
};

static_assert(Model<SetModel>);

}  // namespace faultrig
