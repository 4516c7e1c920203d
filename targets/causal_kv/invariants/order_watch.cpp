#include "targets/causal_kv/invariants/order_watch.hpp"

#include <fmt/format.h>

namespace faultrig::causal_kv {
namespace {

std::string name_of(const Step& step, const Write& write) {
  return fmt::format("write {} of {}", write.sequence, step.node.nodes()[write.origin]);
}

}  // namespace

void OrderWatch::on_taken(const Step& step, const SharedWrite& write) {
  if (write->origin == step.node.index()) {
    check_own(step, write);
  } else {
    check_delivered(step, write);
  }
}

void OrderWatch::check_own(const Step& step, const SharedWrite& write) {
  const Sequence last = shadow_.count(write->origin);
  if (const KnownWrite* before = shadow_.find(write->origin, write->sequence)) {
    const bool is_same = before->write->digest == write->digest;
    findings_.report(is_same ? "delivered-once" : "origin-sequence",
                     fmt::format("{} makes {} a second time{}", step.node.name(),
                                 name_of(step, *write), is_same ? "" : ", with other contents"),
                     {"a number was used again"});
    if (!is_same) shadow_.add(write, step.seen.clock);
    return;
  }
  if (write->sequence != last + 1) {
    findings_.report("origin-sequence",
                     fmt::format("{} makes {} after its write {}", step.node.name(),
                                 name_of(step, *write), last),
                     {"numbers were left out"});
  }
  check_dependencies(step, *write);
  shadow_.add(write, step.seen.clock);
}

void OrderWatch::check_dependencies(const Step& step, const Write& write) {
  for (NodeIndex node = 0; node < step.seen.clock.size(); ++node) {
    if (node == write.origin || write.after[node] >= step.seen.clock[node]) continue;
    findings_.report("dependencies",
                     fmt::format("{} of {} says that it comes after {}, and its node had {}",
                                 name_of(step, write), step.node.name(), write.after.to_string(),
                                 step.seen.clock.to_string()),
                     {write.after[node] == 0 ? "a node was left out" : "the count was too low"});
    break;
  }
  if (write.stamp > step.seen.latest_stamp) return;
  findings_.report("conflict-order",
                   fmt::format("{} has stamp {}, and its node had one with stamp {}",
                               name_of(step, write), write.stamp, step.seen.latest_stamp));
}

void OrderWatch::check_delivered(const Step& step, const SharedWrite& write) {
  KnownWrite* known = shadow_.find(write->origin, write->sequence);
  if (known == nullptr || known->write->digest != write->digest) {
    findings_.report("origin-sequence",
                     fmt::format("{} takes {}, {}", step.node.name(), name_of(step, *write),
                                 known == nullptr ? "which its node has not made"
                                                  : "which has other contents at its node"),
                     {known == nullptr ? "its node had lost it" : "a number was used again"});
    return;
  }
  known->is_elsewhere = true;
  if (write->sequence <= step.seen.clock[write->origin]) {
    findings_.report("delivered-once", fmt::format("{} takes {} again, or after a later one",
                                                   step.node.name(), name_of(step, *write)));
    return;
  }
  const std::vector<std::string> missing = what_is_missing(step.seen, *known);
  if (missing.empty()) return;
  findings_.report(
      "causal-delivery",
      fmt::format("{} takes {}, which comes after {}, and has only {}", step.node.name(),
                  name_of(step, *write), known->after.to_string(), step.seen.clock.to_string()),
      missing);
}

std::vector<std::string> OrderWatch::what_is_missing(const Seen& seen,
                                                     const KnownWrite& known) const {
  std::vector<std::string> facts;
  const Write& write = *known.write;
  if (seen.clock[write.origin] < write.sequence - 1) {
    facts.emplace_back("an earlier write of its node was missing");
  }
  for (NodeIndex node = 0; node < seen.clock.size(); ++node) {
    if (node == write.origin || seen.clock[node] >= known.after[node]) continue;
    facts.emplace_back("a write of another node was missing");
    if (write.after[node] <= seen.clock[node]) facts.emplace_back("it did not say so");
    break;
  }
  return facts;
}

}  // namespace faultrig::causal_kv
