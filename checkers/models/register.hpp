// One register: read, write, and for cas-register compare-and-set (input [from, to]).
//
// An ok cas found `from` and left `to`; or, when its output is `false`, it looked and found
// something else (a store that says so makes a statement that can be wrong). A failed operation
// claims nothing (it is not even judged), so a cas that failed for want of a match and one that was
// refused look alike. A read of nil reads the initial value: "never written" is how stores say it.
#pragma once

#include <optional>
#include <string>

#include "checkers/models/model.hpp"

namespace faultrig {

class CasRegisterModel {
 public:
  enum class Kind : std::uint8_t { read, write, cas, mismatch };
  struct Command {
    Kind kind;
    ModelState expected;  // read, cas: the state it needs; mismatch: the one it did not see
    ModelState desired;   // write, cas: the state it leaves
    friend bool operator==(const Command&, const Command&) = default;
  };

  explicit CasRegisterModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command) const {
    if (command.kind == Kind::write) return command.desired;
    if (command.kind == Kind::mismatch) {
      return state != command.expected ? std::optional(state) : std::nullopt;
    }
    if (state != command.expected) return std::nullopt;
    return command.kind == Kind::read ? state : command.desired;
  }
  bool is_pure(const Command& command) const {
    return command.kind == Kind::read || command.kind == Kind::mismatch ||
           (command.kind == Kind::cas && command.expected == command.desired);
  }
  bool is_blind(const Command& command) const { return command.kind == Kind::write; }
  bool remembers_only_last_write() const { return true; }
  std::optional<ModelState> observed(const Command& command) const;
  std::optional<ModelState> written(const Command& command) const;
  // The one state in which a mismatch is impossible.
  std::optional<ModelState> excluded(const Command& command) const;
  std::optional<std::uint32_t> element(const Command&) const { return std::nullopt; }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return values_.bytes(); }

 protected:
  ModelState number_of(const Value& value);

 private:
  ValueTable values_;
  ModelState initial_;
};

// The same without cas, so that a cas in such a history is noticed.
class RegisterModel : public CasRegisterModel {
 public:
  using CasRegisterModel::CasRegisterModel;
  Command compile(const Operation& operation);
};

static_assert(Model<CasRegisterModel> && Model<RegisterModel>);

}  // namespace faultrig
