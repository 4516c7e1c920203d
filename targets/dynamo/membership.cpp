// Joining and leaving: when the ring changes, a node hands over what it no longer owns as hints for
// the new owners, and drops it once they have it.
//
// While keys move, a read may reach owners that do not have them yet: it may be stale. Nothing is
// lost: what has been acknowledged is on its old owners, or in their hints, until the new ones have
// it.
#include <utility>

#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {

void DynamoNode::handle(NodeIndex from, const MembersAre& message) {
  if (members_.knows_more_than(message.members)) send(from, MembersAre{members_});
  if (!members_.merge(message.members)) return;
  are_members_dirty_ = true;
  on_new_members();
}

void DynamoNode::on_new_members() {
  effects_->trace("dynamo.members", {{"count", members_.count()}});
  ring_ = Ring(nodes_, members_.flags(), static_cast<std::size_t>(config_.virtual_nodes));
  trees_.assign(nodes_.size(), MerkleTree());
  for (const auto& [key, entry] : entries_) update_trees(key, {}, entry.now);
  move_misplaced();
}

void DynamoNode::move_misplaced() {
  std::vector<std::pair<Value, Versions>> strange;
  for (const auto& [key, entry] : entries_) {
    const bool is_misplaced = !entry.now.empty() && !is_owner(self_, key);
    if (is_misplaced) strange.emplace_back(key, entry.now);
  }
  for (const auto& [key, versions] : strange) {
    hand_over(key, versions);
    set_entry(key, Versions());
  }
  std::vector<std::pair<HintKey, Versions>> outdated;
  for (const auto& [hint, entry] : hints_) {
    if (!entry.now.empty() && !is_owner(hint.first, hint.second)) {
      outdated.emplace_back(hint, entry.now);
    }
  }
  for (const auto& [hint, versions] : outdated) {
    hand_over(hint.second, versions);
    set_hint(hint, Versions());
  }
}

void DynamoNode::hand_over(const Value& key, const Versions& versions) {
  if (versions.empty()) return;
  for (const NodeIndex owner : owners_of(key)) {
    if (owner == self_) {
      take_in(key, versions, self_);
    } else {
      take_hint({owner, key}, versions);
    }
  }
}

}  // namespace faultrig::dynamo
