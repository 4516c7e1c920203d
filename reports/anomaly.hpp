// What kind of anomaly a minimal core shows, in the terms of a replicated register, or of a
// collection (collection_anomaly.cpp): recognised from the core and from all operations on its key.
// A core that fits none is `unexplained`, and the story then says what was asked and answered.
//
// Cost: quadratic in the core (a handful), linear in the operations on the key.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checkers/evidence.hpp"

namespace faultrig {

enum class Shape {
  phantom_value,    // a value came back that nobody ever wrote
  failed_write,     // a write that was reported as failed took effect
  future_value,     // a value was read before its write was invoked
  double_cas,       // two compare-and-sets succeeded from one value
  stale_read,       // an old value was read after a newer one was acknowledged
  lost_write,       // an acknowledged write is gone for good
  value_went_back,  // a newer value was seen, then an older one
  lost_element,     // an acknowledged element is missing where it should be
  came_back,        // a removed element is there again
  came_out_twice,   // one element was removed by two
  said_empty,       // "empty" while an acknowledged element was inside
  overtaken,        // of a queue: what went in later came out first
  wrong_order,      // of a list: elements stand in an order in which they cannot have gone in
  unexplained,
};

struct Anomaly {
  Shape shape = Shape::unexplained;
  std::string title;                   // "A stale read"
  std::vector<std::string> sentences;  // what happened, in order
  std::string culprit;                 // the node that gave the impossible answer; may be empty
  Time culprit_from{};                 // when it was asked ...
  Time culprit_to{};                   // ... and answered
};

// `operations`: all of the history (any key); may be empty.
Anomaly recognise(const NotLinearizable& evidence, std::span<const Operation> operations);

// For lists, sets, queues and stacks; `unexplained` without sentences for what fits none.
Anomaly recognise_in_collection(const NotLinearizable& evidence,
                                std::span<const Operation> operations);

// "key 4", or what the model is: "the register", "the list".
std::string object_words(const NotLinearizable& evidence);

// The anomaly in one line: "A stale read: key 17, answered by n2", "No order of 5 operations gives
// the answers that clients got: key 4".
std::string headline(const Anomaly& anomaly, const NotLinearizable& evidence);

}  // namespace faultrig
