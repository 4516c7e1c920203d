// A lock that its owner may take again, and frees with as many releases: acquire, release. The
// owner is the input where there is one, else the process.
#pragma once

#include <optional>
#include <string>

#include "checkers/models/model.hpp"
#include "checkers/models/sequence_table.hpp"

namespace faultrig {

class ReentrantLockModel : public AccumulatingModel {
 public:
  struct Command {
    bool is_acquire;
    std::uint32_t owner;
    friend bool operator==(const Command&, const Command&) = default;
  };

  // Starts free: `initial` must be nil.
  explicit ReentrantLockModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return initial_; }
  std::optional<ModelState> step(ModelState state, const Command& command);
  bool is_pure(const Command&) const { return false; }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return owners_.bytes() + states_.bytes(); }

 private:
  ValueTable owners_;
  SequenceTable states_;  // empty, or the owner and how often
  ModelState initial_;
};

static_assert(Model<ReentrantLockModel>);

}  // namespace faultrig
