// A queue that keeps no order (a bag): enqueue v; dequeue -> any value it holds, or nil when it was
// empty. A state is the sorted content.
//
// A dequeue with unknown outcome takes the first value in that order, which is as good as taking
// any: all it can be good for is to let somebody find the queue empty, and then everything in it
// must go. (Take an order in which unknown dequeues took other values, and move each of them to
// right before the next time that somebody finds the queue empty, or leave it out if nobody does:
// what it took stays a little longer, which hinders no dequeue of another value; and there all that
// is left is exactly what they took.)
#pragma once

#include <optional>

#include "checkers/models/collection.hpp"

namespace faultrig {

class UnorderedQueueModel : public CollectionModel {
 public:
  explicit UnorderedQueueModel(const Value& initial)
      : CollectionModel({"unordered-queue", "enqueue", "dequeue", "queue"}, initial, true) {}
  std::optional<ModelState> step(ModelState state, const Command& command);
};

static_assert(Model<UnorderedQueueModel>);

}  // namespace faultrig
