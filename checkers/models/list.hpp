// A list that only grows: append v; read -> the whole list.
//
// A read shows all that was appended before it, so nothing but reads can be left out of a
// contradiction.
#pragma once

#include <optional>
#include <string>

#include "checkers/models/model.hpp"
#include "checkers/models/sequence_table.hpp"

namespace faultrig {

class ListModel : public AccumulatingModel {
 public:
  enum class Kind : std::uint8_t { append, read };
  struct Command {
    Kind kind;
    std::uint32_t argument;  // append: the value; read: the state it saw
    friend bool operator==(const Command&, const Command&) = default;
  };

  // nil for empty, or a list.
  explicit ListModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command);
  bool is_pure(const Command& command) const { return command.kind == Kind::read; }
  std::optional<ModelState> observed(const Command& command) const;
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  // Numbers of the values that a state holds.
  const SequenceTable::Sequence& content(ModelState state) const { return states_.content(state); }
  std::size_t bytes() const { return values_.bytes() + states_.bytes(); }

 private:
  std::string words_of(ModelState state) const;

  ValueTable values_;
  SequenceTable states_;
  ModelState initial_;
};

static_assert(Model<ListModel>);

}  // namespace faultrig
