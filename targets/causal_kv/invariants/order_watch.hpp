// Causal delivery: in every log each write stands once, under its own number, after all that it
// comes after (Birman, Schiper and Stephenson, 1991, section 5.1).
//
// Properties: origin-sequence (a node numbers its writes 1, 2, 3 ... and gives no number twice, not
// after a restart either; nobody has a write that its origin has not made), delivered-once,
// dependencies (a write says that it comes after all that its origin had), causal-delivery, and
// conflict-order (a write's stamp is above all that it comes after, so that it wins over that).
// Cost: O(nodes) a write taken into a log.
#pragma once

#include <string>
#include <vector>

#include "targets/causal_kv/invariants/shadow.hpp"

namespace faultrig::causal_kv {

class OrderWatch {
 public:
  OrderWatch(Findings& findings, Shadow& shadow) : findings_(findings), shadow_(shadow) {}
  // The node has taken the write into its log; `step.seen` is still from before it.
  void on_taken(const Step& step, const SharedWrite& write);

 private:
  void check_own(const Step& step, const SharedWrite& write);
  void check_dependencies(const Step& step, const Write& write);
  void check_delivered(const Step& step, const SharedWrite& write);
  std::vector<std::string> what_is_missing(const Seen& seen, const KnownWrite& known) const;

  Findings& findings_;
  Shadow& shadow_;
};

}  // namespace faultrig::causal_kv
