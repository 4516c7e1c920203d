// Several registers read and written together: txn [["r", k, nil], ["w", k, v], ...] -> the same
// with the reads filled in. Each transaction takes effect at one instant (so a history that is
// linearizable here is strictly serializable); a read sees the writes before it in its transaction.
// `read` and `write` with such a list are transactions too.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checkers/models/model.hpp"
#include "checkers/models/sequence_table.hpp"

namespace faultrig {

class MultiRegisterModel : public AccumulatingModel {
 public:
  struct Command {
    std::uint32_t transaction;
    friend bool operator==(const Command&, const Command&) = default;
  };

  // nil, or a map of values by key. What is not there is nil.
  explicit MultiRegisterModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command);
  bool is_pure(const Command& command) const { return !transactions_[command.transaction].writes; }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return values_.bytes() + states_.bytes(); }

 private:
  struct Access {
    bool is_write;
    std::uint32_t key;
    std::uint32_t value;
    friend bool operator==(const Access&, const Access&) = default;
  };
  struct Transaction {
    std::vector<Access> accesses;
    bool writes;
  };
  Access access_of(const Value& text, const Operation& operation);
  std::uint32_t value_in(const SequenceTable::Sequence& registers, std::uint32_t key) const;

  ValueTable values_;     // of keys and of values; nil is number 0
  SequenceTable states_;  // key, value, key, value ... in order of key, nil left out
  std::vector<Transaction> transactions_;
  std::unordered_map<Value, std::uint32_t> known_;  // the text of a transaction to its number
  ModelState initial_;
};

static_assert(Model<MultiRegisterModel>);

}  // namespace faultrig
