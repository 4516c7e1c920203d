// What clients read is what the shown writes give by the conflict rule, and clocks count what is in
// the logs.
//
// Properties: state-digest (the values shown are those of the shown part of the log; so nodes with
// equal clocks show equal values), honest-clock (the clock counts the writes in the log),
// monotone-clock (neither it nor what is shown goes back within a life), exchange (after an
// exchange a node has all that its peer had). The shown writes are applied here a second time, by
// the rule of the store without its switches. Cost: O(nodes) a step that changed something, and one
// map operation a write shown.
#pragma once

#include "targets/causal_kv/invariants/shadow.hpp"

namespace faultrig::causal_kv {

class StateWatch {
 public:
  explicit StateWatch(Findings& findings) : findings_(findings) {}
  // After the log in `step.seen` is that of the node; what is shown is still from before.
  void after_step(const Step& step);

 private:
  // Whether a write met one to its key with an equal stamp.
  bool follow_shown(const Step& step);
  void check_exchange(const Step& step);
  void report_state(const Step& step, bool has_shown, bool met_equal_stamp);

  Findings& findings_;
};

}  // namespace faultrig::causal_kv
