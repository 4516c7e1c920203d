// Anti-entropy (Dynamo, section 4.7): what no hint and no read has brought to an owner, comparing
// hash trees does. Each node compares with one peer every `sync_ms`, all in turn, over the keys
// that both own: so with n nodes that reach each other everybody has compared with everybody after
// (n-1) times `sync_ms`, one round.
#include <algorithm>

#include "harness/node/hashing.hpp"
#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {

std::uint64_t DynamoNode::tree_hash(const Value& key, const Versions& versions) const {
  if (versions.empty()) return 0;
  if (bugs_.has(Bug::merkle_hash_key_only)) return stable_hash(key);
  return combine(stable_hash(key), versions.digest());
}

void DynamoNode::update_trees(const Value& key, const Versions& before, const Versions& after) {
  const std::vector<NodeIndex> owners = owners_of(key);
  if (std::find(owners.begin(), owners.end(), self_) == owners.end()) return;
  const std::uint64_t hash_before = tree_hash(key, before);
  const std::uint64_t hash_after = tree_hash(key, after);
  for (const NodeIndex peer : owners) trees_[peer].replace(key, hash_before, hash_after);
}

void DynamoNode::on_sync_timer() {
  effects_->set_timer(sync_timer, config_.sync());
  visit_graves();
  if (nodes_.size() < 2) return;
  turn_ = (turn_ + 1) % nodes_.size();
  if (turn_ == self_) turn_ = (turn_ + 1) % nodes_.size();
  send(turn_, MembersAre{members_});
  send(turn_, TreeHashes{0, {{0, trees_[turn_].at(0, 0)}}});
}

void DynamoNode::handle(NodeIndex from, const TreeHashes& message) {
  const MerkleTree& tree = trees_[from];
  std::vector<std::size_t> different;
  for (const auto& [place, hash] : message.hashes) {
    if (tree.at(message.level, place) != hash) different.push_back(place);
  }
  if (different.empty()) return;
  if (message.level == MerkleTree::leaf_level) {
    const std::set<std::size_t> leaves(different.begin(), different.end());
    send(from, LeafEntries{{leaves.begin(), leaves.end()}, entries_of(leaves, from)});
    return;
  }
  TreeHashes below{message.level + 1, {}};
  for (const std::size_t place : different) {
    for (std::size_t child = 0; child < MerkleTree::fan_out; ++child) {
      const std::size_t at = place * MerkleTree::fan_out + child;
      below.hashes.emplace_back(at, tree.at(below.level, at));
    }
  }
  send(from, std::move(below));
}

std::vector<std::pair<Value, Versions>> DynamoNode::entries_of(const std::set<std::size_t>& leaves,
                                                               NodeIndex peer) const {
  std::vector<std::pair<Value, Versions>> found;
  for (const auto& [key, entry] : entries_) {
    if (entry.now.empty() || !leaves.contains(MerkleTree::leaf_of(key))) continue;
    if (is_owner(self_, key) && is_owner(peer, key)) found.emplace_back(key, entry.now);
  }
  return found;
}

void DynamoNode::handle(NodeIndex from, const LeafEntries& message) {
  std::map<Value, std::uint64_t> theirs;
  std::size_t news = 0;
  for (const auto& [key, versions] : message.entries) {
    theirs[key] = versions.digest();
    const auto at = entries_.find(key);
    const std::uint64_t before = at == entries_.end() ? 0 : at->second.now.digest();
    take_in(key, versions, from);
    const auto after = entries_.find(key);
    if (after != entries_.end() && after->second.now.digest() != before) ++news;
  }
  if (news > 0) effects_->trace("dynamo.catch_up", {{"keys", news}, {"peer", nodes_[from]}});
  if (message.leaves.empty()) return;
  LeafEntries answer;
  for (auto& [key, versions] : entries_of({message.leaves.begin(), message.leaves.end()}, from)) {
    const auto known = theirs.find(key);
    const bool is_same = known != theirs.end() && known->second == versions.digest();
    if (!is_same) answer.entries.emplace_back(key, std::move(versions));
  }
  if (!answer.entries.empty()) send(from, std::move(answer));
}

}  // namespace faultrig::dynamo
