#include "targets/causal_kv/invariants.hpp"

#include <fmt/format.h>

namespace faultrig::causal_kv {

Invariants::Invariants()
    : orders_(findings_, shadow_), states_(findings_), promises_(findings_, shadow_) {}

void Invariants::after_step(std::size_t stepped, std::span<const Node* const> nodes) {
  shadow_.resize(nodes.size());
  stepped_ = static_cast<const CausalNode*>(nodes[stepped]);
  if (stepped_ == nullptr) return;
  const Step step{*stepped_, shadow_.seen(stepped), stepped_->steps() == 1};
  if (step.is_start) begin_life(step);
  follow_log(step);
  states_.after_step(step);
}

// What the disk gave back is no news; what it did not is for the promises to judge.
void Invariants::begin_life(const Step& step) {
  promises_.on_start(step);
  const Sequence acknowledged = step.seen.acknowledged;
  Seen fresh;
  fresh.clock = fresh.shown_clock = VectorClock(step.node.cluster_size());
  fresh.acknowledged = acknowledged;
  const WriteLog& log = step.node.log();
  for (std::size_t place = 0; place < log.size(); ++place) {
    const SharedWrite& write = log.at(place);
    fresh.log.push_back(write);
    fresh.clock.raise(write->origin, write->sequence);
    fresh.latest_stamp = std::max(fresh.latest_stamp, write->stamp);
  }
  step.seen = std::move(fresh);
}

void Invariants::follow_log(const Step& step) {
  const WriteLog& log = step.node.log();
  Seen& seen = step.seen;
  for (std::size_t place = seen.log.size(); place < log.size(); ++place) {
    const SharedWrite& write = log.at(place);
    orders_.on_taken(step, write);
    seen.log.push_back(write);
    seen.clock.raise(write->origin, write->sequence);
    seen.latest_stamp = std::max(seen.latest_stamp, write->stamp);
  }
}

std::string Invariants::disagreement(std::span<const Node* const> nodes) const {
  const CausalNode* first = nullptr;
  for (const Node* each : nodes) {
    const auto* node = static_cast<const CausalNode*>(each);
    if (node == nullptr) continue;
    if (first == nullptr) first = node;
    const VectorClock& one = shadow_.seen(first->index()).shown_clock;
    const VectorClock& other = shadow_.seen(node->index()).shown_clock;
    if (one != other) {
      return fmt::format("{} shows the writes {} and {} shows {}", first->name(), one.to_string(),
                         node->name(), other.to_string());
    }
    if (first->store().digest() != node->store().digest()) {
      return fmt::format("{} and {} show the same writes, {}, and different values", first->name(),
                         node->name(), one.to_string());
    }
  }
  return "";
}

void Invariants::on_reply(const Message& reply) {
  if (stepped_ != nullptr && stepped_->name() == reply.src) promises_.on_reply(reply, *stepped_);
}

}  // namespace faultrig::causal_kv
