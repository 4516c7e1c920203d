// Causal delivery: a write is taken into the log when it is the next one of its origin and all that
// it comes after is there; until then it is kept back (Birman, Schiper and Stephenson,
// section 5.1).
#include "targets/causal_kv/causal_node.hpp"

namespace faultrig::causal_kv {

void CausalNode::handle(NodeIndex, const NewWrite& message) { receive(message.write); }

void CausalNode::receive(const SharedWrite& write) {
  if (log_.has(*write)) {
    const bool is_shown = write->sequence <= shown_clock_[write->origin];
    if (bugs_.has(Bug::no_dedup) && is_shown) show_again(write);
    return;
  }
  if (is_deliverable(*write)) {
    deliver(write);
    deliver_buffered();
    return;
  }
  // Without room it is dropped; an exchange brings it again.
  if (buffered_.size() >= static_cast<std::size_t>(config_.buffered_writes)) return;
  const bool is_new = buffered_.try_emplace({write->origin, write->sequence}, write).second;
  if (!is_new) return;
  effects_->trace("causal.buffer",
                  {{"origin", nodes_[write->origin]}, {"sequence", write->sequence}});
}

void CausalNode::show_again(const SharedWrite& write) {
  if (write->kind == WriteKind::put) {
    store_.put(write);
  } else {
    store_.apply(write);
  }
}

bool CausalNode::is_next(const Write& write) const {
  const Sequence last = log_.clock()[write.origin];
  if (bugs_.has(Bug::clock_ge)) return write.sequence > last;
  return write.sequence == last + 1;
}

bool CausalNode::is_deliverable(const Write& write) const {
  if (bugs_.has(Bug::no_buffer)) return true;
  if (!is_next(write)) return false;
  if (bugs_.has(Bug::fifo_only)) return true;
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (node != write.origin && log_.clock()[node] < write.after[node]) return false;
  }
  return true;
}

void CausalNode::deliver(const SharedWrite& write) {
  log_.append(write);
  if (bugs_.has(Bug::increment_on_receive)) ++own_;
  effects_->trace("causal.deliver",
                  {{"origin", nodes_[write->origin]}, {"sequence", write->sequence}});
}

// Each delivery may be what others wait for. What is known by now is forgotten on the way.
void CausalNode::deliver_buffered() {
  bool has_delivered = true;
  while (has_delivered && !buffered_.empty()) {
    has_delivered = false;
    for (NodeIndex origin = 0; origin < nodes_.size(); ++origin) {
      const auto first = buffered_.lower_bound({origin, 0});
      const auto next = buffered_.lower_bound({origin, log_.clock()[origin] + 1});
      const auto at = buffered_.erase(first, next);
      if (at == buffered_.end() || at->first.first != origin || !is_deliverable(*at->second)) {
        continue;
      }
      const SharedWrite write = at->second;
      buffered_.erase(at);
      deliver(write);
      has_delivered = true;
    }
  }
}

}  // namespace faultrig::causal_kv
