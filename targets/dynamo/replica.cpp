// A node as a place where things are kept: what others ask it for, and what they have it keep.
#include <algorithm>

#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {

// All that is safe here, whoever it is kept for: a hint may be the only copy that the asker
// reaches.
void DynamoNode::handle(NodeIndex from, const Fetch& message) {
  Versions versions;
  const auto entry = entries_.find(message.key);
  if (entry != entries_.end()) versions = entry->second.safe;
  if (!bugs_.has(Bug::sloppy_stale_read)) {
    for (NodeIndex owner = 0; owner < nodes_.size(); ++owner) {
      const auto hint = hints_.find({owner, message.key});
      if (hint != hints_.end()) versions = merged(versions, hint->second.safe);
    }
  }
  send(from, Fetched{message.id, std::move(versions), clock_});
}

void DynamoNode::handle(NodeIndex from, const Store& message) {
  const bool is_hint = message.owner && *message.owner != self_;
  const PersistId batch = is_hint ? take_hint({*message.owner, message.key}, message.versions)
                                  : take_in(message.key, message.versions, from);
  send_when_safe(batch, from, Stored{message.id});
}

PersistId DynamoNode::take_in(const Value& key, const Versions& versions, NodeIndex from) {
  clock_ = std::max(clock_, versions.latest_stamp());
  const Versions news = without_remains(key, versions, from);
  if (!is_owner(self_, key)) {
    // Whoever sent it knows another ring. What is accepted is kept until its owners have it.
    hand_over(key, news);
    return all_safe_with();
  }
  const auto at = entries_.find(key);
  const Versions now = at == entries_.end() ? Versions() : at->second.now;
  Versions after = merged(now, news);
  if (bugs_.has(Bug::delete_without_tombstone) && after.is_deleted()) after = Versions();
  if (after == now) return at == entries_.end() ? 0 : at->second.batch;
  return set_entry(key, std::move(after));
}

PersistId DynamoNode::take_hint(const HintKey& hint, const Versions& versions) {
  clock_ = std::max(clock_, versions.latest_stamp());
  const auto at = hints_.find(hint);
  const Versions now = at == hints_.end() ? Versions() : at->second.now;
  Versions after = merged(now, versions);
  if (after == now) return at == hints_.end() ? 0 : at->second.batch;
  if (now.empty()) {
    effects_->trace("dynamo.hint", {{"for", nodes_[hint.first]}, {"key", hint.second}});
  }
  return set_hint(hint, std::move(after));
}

Versions DynamoNode::merged(const Versions& one, const Versions& other) const {
  if (one.empty()) return other;
  Versions result = one;
  result.merge(other, config_.conflict);
  if (!bugs_.has(Bug::sibling_drop)) return result;
  while (result.size() > 1) result.remove(result.front()->dot);
  return result;
}

// A tombstone that everybody may forget is not taken in again from somebody who has not forgotten
// it yet; he is told.
Versions DynamoNode::without_remains(const Value& key, const Versions& versions, NodeIndex from) {
  const auto remains = remains_.find(key);
  if (remains == remains_.end()) return versions;
  Versions rest;
  for (const SharedVersion& version : versions) {
    const bool is_forgotten =
        version->is_tombstone && remains->second.tombstone.covers(*version, config_.conflict);
    if (!is_forgotten) rest.add(version, config_.conflict);
  }
  if (rest.size() < versions.size() && from != self_) {
    send(from, Collected{key, remains->second.tombstone});
  }
  return rest;
}

}  // namespace faultrig::dynamo
