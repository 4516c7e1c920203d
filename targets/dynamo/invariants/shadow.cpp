#include "targets/dynamo/invariants/shadow.hpp"

#include <algorithm>

namespace faultrig::dynamo {

const Held* Shadow::find(NodeIndex node, const Value& key) const {
  const auto at = nodes_[node].find(key);
  return at == nodes_[node].end() ? nullptr : &at->second;
}

bool Shadow::has(NodeIndex node, const Value& key, const Version& version) const {
  const Held* held = find(node, key);
  if (held == nullptr) return false;
  return held->store.covers(version, conflict_) ||
         std::any_of(held->hints.begin(), held->hints.end(),
                     [&](const auto& hint) { return hint.second.covers(version, conflict_); });
}

std::int64_t Shadow::copies(const Value& key, const Version& version) const {
  std::int64_t count = 0;
  for (NodeIndex node = 0; node < nodes_.size(); ++node) count += has(node, key, version) ? 1 : 0;
  return count;
}

std::optional<NodeIndex> Shadow::with_older(const Value& key, const Version& version) const {
  const auto is_older = [&](const SharedVersion& other) {
    return !other->is_tombstone && supersedes(version, *other, conflict_);
  };
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    const Held* held = find(node, key);
    if (held == nullptr) continue;
    if (std::any_of(held->store.begin(), held->store.end(), is_older)) return node;
    for (const auto& [owner, versions] : held->hints) {
      if (std::any_of(versions.begin(), versions.end(), is_older)) return node;
    }
  }
  return std::nullopt;
}

void Shadow::add_tombstone(const Value& key, const SharedVersion& tombstone) {
  Deletions& deletions = deletions_[key];
  deletions.past.add(tombstone->past);
  deletions.past.add(tombstone->dot);
  const bool is_later =
      deletions.latest == nullptr || supersedes(*tombstone, *deletions.latest, Conflict::lww);
  if (is_later) deletions.latest = tombstone;
}

bool Shadow::is_deleted(const Value& key, const Version& version) const {
  const auto at = deletions_.find(key);
  if (at == deletions_.end()) return false;
  if (conflict_ != Conflict::lww) return at->second.past.covers(version.dot);
  return at->second.latest->dot == version.dot ||
         supersedes(*at->second.latest, version, conflict_);
}

Held held_by(const DynamoNode& node, const Value& key) {
  Held held;
  const auto entry = node.entries().find(key);
  if (entry != node.entries().end()) held.store = entry->second.safe;
  for (NodeIndex owner = 0; owner < node.nodes().size(); ++owner) {
    const auto hint = node.hints().find({owner, key});
    if (hint != node.hints().end() && !hint->second.safe.empty()) {
      held.hints[owner] = hint->second.safe;
    }
  }
  return held;
}

std::string name_of(const Version& version) {
  return Versions(std::make_shared<const Version>(version)).to_string();
}

}  // namespace faultrig::dynamo
