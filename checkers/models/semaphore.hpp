// A semaphore: acquire n takes n permits, release n gives them back (nil is 1). There are never
// more free permits than at the start: a release of what nobody holds is refused.
#pragma once

#include <optional>
#include <string>

#include "checkers/models/model.hpp"

namespace faultrig {

class SemaphoreModel : public AccumulatingModel {
 public:
  struct Command {
    bool is_acquire;
    std::int64_t permits;  // at least 1
    friend bool operator==(const Command&, const Command&) = default;
  };

  // The number of permits, at most 1,000,000; nil is 1.
  explicit SemaphoreModel(const Value& initial);
  Command compile(const Operation& operation);
  ModelState initial() const { return permits_; }
  // A state is the number of free permits.
  std::optional<ModelState> step(ModelState state, const Command& command) const;
  bool is_pure(const Command&) const { return false; }
  std::string refusal(ModelState state, const Command& command) const;
  std::string describe(ModelState state) const;
  std::size_t bytes() const { return 0; }

 private:
  ModelState permits_ = 1;
};

static_assert(Model<SemaphoreModel>);

}  // namespace faultrig
