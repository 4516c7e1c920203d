// A stack: what went in last comes out first. push v; pop -> v, or nil when it was empty. The last
// value of a state is the top.
#pragma once

#include <optional>

#include "checkers/models/collection.hpp"

namespace faultrig {

class StackModel : public CollectionModel {
 public:
  explicit StackModel(const Value& initial)
      : CollectionModel({"stack", "push", "pop", "stack"}, initial, false) {}
  std::optional<ModelState> step(ModelState state, const Command& command);
};

static_assert(Model<StackModel>);

}  // namespace faultrig
