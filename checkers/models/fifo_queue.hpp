// A queue: what went in first comes out first. enqueue v; dequeue -> v, or nil when it was empty.
#pragma once

#include <optional>

#include "checkers/models/collection.hpp"

namespace faultrig {

class FifoQueueModel : public CollectionModel {
 public:
  explicit FifoQueueModel(const Value& initial)
      : CollectionModel({"fifo-queue", "enqueue", "dequeue", "queue"}, initial, false) {}
  std::optional<ModelState> step(ModelState state, const Command& command);
};

static_assert(Model<FifoQueueModel>);

}  // namespace faultrig
