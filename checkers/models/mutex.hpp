// A lock that does not care whose it is: acquire needs it free, release needs it held (also lock
// and unlock). An acquire with unknown outcome may have taken it.
#pragma once

#include <optional>
#include <string>

#include "checkers/models/model.hpp"

namespace faultrig {

class MutexModel : public AccumulatingModel {
 public:
  struct Command {
    bool is_acquire;
    friend bool operator==(const Command&, const Command&) = default;
  };

  // nil or false for free, true for held.
  explicit MutexModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command) const;
  bool is_pure(const Command&) const { return false; }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return 0; }

 private:
  ModelState initial_;
};

static_assert(Model<MutexModel>);

}  // namespace faultrig
