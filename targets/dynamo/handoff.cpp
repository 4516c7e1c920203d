// Hinted handoff (Dynamo, section 4.6): what a node keeps for another one is offered to it again
// and again, and dropped once the other has it safe.
#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {

void DynamoNode::on_handoff_timer() {
  effects_->set_timer(handoff_timer, config_.handoff());
  deliveries_.clear();
  std::map<NodeIndex, std::int64_t> sent;
  for (const auto& [hint, entry] : hints_) {
    if (entry.now.empty() || sent[hint.first] >= config_.batch_hints) continue;
    ++sent[hint.first];
    const std::int64_t id = next_id();
    deliveries_[id] = {hint, entry.now.digest()};
    send(hint.first, Store{id, hint.second, entry.now, std::nullopt});
  }
}

void DynamoNode::on_delivered(const Delivery& delivery) {
  const auto at = hints_.find(delivery.hint);
  // More may have been added since it was sent.
  if (at == hints_.end() || at->second.now.digest() != delivery.digest) return;
  if (at->second.now.empty()) return;
  effects_->trace("dynamo.handoff",
                  {{"key", delivery.hint.second}, {"to", nodes_[delivery.hint.first]}});
  set_hint(HintKey(delivery.hint), Versions());
}

}  // namespace faultrig::dynamo
