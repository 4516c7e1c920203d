// A counter: add n (also increment and decrement; nil is 1); read -> n.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "checkers/models/model.hpp"

namespace faultrig {

class CounterModel : public AccumulatingModel {
 public:
  struct Command {
    bool is_read;
    std::int64_t amount;  // added; of a read what it saw
    friend bool operator==(const Command&, const Command&) = default;
  };

  // nil is 0.
  explicit CounterModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command);
  bool is_pure(const Command& command) const { return command.is_read || command.amount == 0; }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return counts_.size() * 64; }

 private:
  ModelState number_of(std::int64_t count);

  std::unordered_map<std::int64_t, ModelState> numbers_;
  std::vector<std::int64_t> counts_;
  ModelState initial_;
};

static_assert(Model<CounterModel>);

}  // namespace faultrig
