// A bank: transfer {from, to, amount}; read -> {account: balance}, of all accounts at once. A
// transfer that was reported as done is taken as done, whatever the balance: whether accounts may
// be overdrawn is the bank's own rule.
//
// Where the initial balances are not given (nil), the first read in an order tells them: until then
// a state is what was moved.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checkers/models/model.hpp"

namespace faultrig {

class BankModel : public AccumulatingModel {
 public:
  enum class Kind : std::uint8_t { transfer, read, unknown_read };
  struct Command {
    Kind kind;
    std::uint32_t what;  // a number of transfers_; of a read a number of balances
    friend bool operator==(const Command&, const Command&) = default;
  };

  // nil, or a map of balances (integers) by account.
  explicit BankModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command);
  // A read may tell the initial balances, and then it changes what is known.
  bool is_pure(const Command& command) const {
    return command.kind == Kind::unknown_read || (command.kind == Kind::read && !starts_unknown_);
  }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return states_.bytes() + transfers_.bytes(); }

 private:
  // [known, balances or what was moved]
  ModelState number_of(bool is_known, Value::Map balances);

  ValueTable states_;
  ValueTable transfers_;  // [from, to, amount]
  ModelState initial_;
  bool starts_unknown_;
};

static_assert(Model<BankModel>);

}  // namespace faultrig
