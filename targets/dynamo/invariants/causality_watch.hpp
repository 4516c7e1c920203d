// What a new version says of others: it has seen all that its writer had seen, its stamp is above
// theirs, and a set made of others has all of their elements.
//
// Properties: causal-clock, conflict-order (lww), lost-element (merge). Cost: linear in what was
// seen, and in the elements of a set.
#pragma once

#include "targets/dynamo/invariants/shadow.hpp"

namespace faultrig::dynamo {

class CausalityWatch {
 public:
  CausalityWatch(Findings& findings, Shadow& shadow) : findings_(findings), shadow_(shadow) {}
  void on_made(const DynamoNode& node, const Made& made);

 private:
  void check_stamp(const DynamoNode& node, const Made& made);
  void check_elements(const DynamoNode& node, const Made& made);

  Findings& findings_;
  Shadow& shadow_;
};

}  // namespace faultrig::dynamo
