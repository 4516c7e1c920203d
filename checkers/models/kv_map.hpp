// A key-value map, judged one key at a time (linearizability is local: Herlihy and Wing 1990,
// theorem 1): get, put, append (text is joined, a list grows by one), cas ([from, to]), delete;
// read and write are other words for get and put. An absent key is nil.
#pragma once

#include <optional>
#include <string>

#include "checkers/models/model.hpp"

namespace faultrig {

class KvMapModel {
 public:
  enum class Kind : std::uint8_t { get, put, append, cas, mismatch };
  struct Command {
    Kind kind;
    ModelState expected;  // get, cas: the value it needs; mismatch: the one it did not see
    ModelState desired;   // put, cas: the value it leaves; append: the value it adds
    friend bool operator==(const Command&, const Command&) = default;
  };

  explicit KvMapModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command);
  bool is_pure(const Command& command) const {
    return command.kind == Kind::get || command.kind == Kind::mismatch ||
           (command.kind == Kind::cas && command.expected == command.desired);
  }
  bool is_blind(const Command& command) const { return command.kind == Kind::put; }
  bool remembers_only_last_write() const { return !appends_; }
  std::optional<ModelState> observed(const Command& command) const;
  std::optional<ModelState> written(const Command& command) const;
  // The one state in which a mismatch is impossible.
  std::optional<ModelState> excluded(const Command& command) const;
  std::optional<std::uint32_t> element(const Command&) const { return std::nullopt; }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return values_.bytes() + appended_.size() * 40; }

 private:
  ModelState append(ModelState state, ModelState suffix);

  ValueTable values_;
  std::unordered_map<std::uint64_t, ModelState> appended_;  // (state, suffix) -> state
  ModelState initial_;
  bool appends_ = false;
};

static_assert(Model<KvMapModel>);

}  // namespace faultrig
