// Anti-entropy: what a message lost, a cut or a crash kept from a node, an exchange brings. Push
// and pull in one (Demers et al., 1987): a node sends its clock to a peer, the peer answers with
// what it lacks and its own clock, and gets in turn what that shows to be lacking.
//
// Each node asks one peer every `sync_ms`, all in turn, so n nodes that can reach each other have
// exchanged, each with each, after n-1 of these times: one round. A node that lacks more than fits
// into an answer asks again at once.
//
// Everybody hands on everything, and only what is safe on the own disk.
#include "targets/causal_kv/causal_node.hpp"

namespace faultrig::causal_kv {

void CausalNode::on_sync_timer() {
  effects_->set_timer(sync_timer, config_.sync());
  if (nodes_.size() < 2 || bugs_.has(Bug::no_retry)) return;
  turn_ = (turn_ + 1) % nodes_.size();
  if (turn_ == self_) turn_ = (turn_ + 1) % nodes_.size();
  send_digest(turn_);
}

void CausalNode::send_digest(NodeIndex peer) {
  asked_[peer] = ++round_;
  send(peer, Digest{log_.clock(), round_});
}

MissingWrites CausalNode::missing_at(const VectorClock& clock) const {
  MissingWrites missing = log_.missing(clock, safe_, config_.batch());
  if (bugs_.has(Bug::no_relay)) {
    std::erase_if(missing.writes,
                  [this](const SharedWrite& write) { return write->origin != self_; });
  }
  return missing;
}

void CausalNode::handle(NodeIndex from, const Digest& message) {
  MissingWrites missing = missing_at(message.clock);
  send(from, Missing{message.round, safe_clock_, missing.more, std::move(missing.writes)});
}

void CausalNode::handle(NodeIndex from, const Missing& message) {
  const std::size_t before = log_.size();
  for (const SharedWrite& write : message.writes) receive(write);
  const bool brought_something = log_.size() > before;
  if (brought_something) {
    effects_->trace("causal.catch_up", {{"peer", nodes_[from]}, {"writes", log_.size() - before}});
  }
  if (bugs_.has(Bug::sync_adopts_clock)) log_.claim(message.clock);
  // An answer to an older question says less than this node may have asked for since.
  if (message.round != 0 && message.round != asked_[from]) return;
  if (message.more) {
    // The same question would get the same answer.
    if (brought_something) send_digest(from);
    return;
  }
  if (message.round == 0) return;  // nobody asked: it says nothing, and is not answered in turn
  ++exchanges_;
  last_exchange_ = {from, message.clock};
  MissingWrites missing = missing_at(message.clock);
  if (missing.writes.empty()) return;
  send(from, Missing{0, safe_clock_, missing.more, std::move(missing.writes)});
}

}  // namespace faultrig::causal_kv
