// When a tombstone may be forgotten: when nobody has anything left that it deletes. It is kept for
// its grace period; then every node is asked to take it in, or to say that it has nothing of the
// key, and after another grace period all are asked once more, since what was on its way at the
// first answer has arrived by the second. So a node that is away keeps tombstones alive for as long
// as it is.
//
// A node that has forgotten one remembers for a while that it did, and tells peers that still have
// it, so that it does not travel from node to node for ever. Assumed is that no message between
// nodes takes longer than a grace period.
#include <algorithm>

#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {
namespace {

constexpr int rounds_of_questions = 2;
constexpr int remembered_graces = 8;

}  // namespace

void DynamoNode::watch_grave(const Value& key, const Versions& versions) {
  if (!versions.is_deleted()) {
    graves_.erase(key);
    return;
  }
  Grave& grave = graves_[key];
  if (grave.digest == versions.digest()) return;
  grave = Grave{versions.digest(), now_ + config_.grace(), 0, {}, 0};
}

void DynamoNode::visit_graves() {
  std::erase_if(remains_, [&](const auto& each) { return each.second.until <= now_; });
  std::vector<Value> done;
  for (auto& [key, grave] : graves_) {
    if (now_ < grave.due || is_busy_with(key)) continue;
    if (bugs_.has(Bug::tombstone_early_gc) || grave.rounds >= rounds_of_questions) {
      done.push_back(key);
    } else {
      ask_about(key, grave);
    }
  }
  for (const Value& key : done) collect(key);
}

void DynamoNode::ask_about(const Value& key, Grave& grave) {
  if (grave.asked == 0) {
    grave.asked = next_id();
    grave.confirmed.clear();
    grave_questions_[grave.asked] = key;
  }
  grave.due = now_ + config_.handoff();  // for whom it does not reach
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (grave.confirmed.contains(node)) continue;
    send(node, Entomb{grave.asked, key, entries_.at(key).now});
  }
}

// A coordinator that is busy with the key has more of it than lies in its entries.
void DynamoNode::handle(NodeIndex from, const Entomb& message) {
  clock_ = std::max(clock_, message.tombstone.latest_stamp());
  if (is_busy_with(message.key)) return;
  if (entries_.contains(message.key)) take_in(message.key, message.tombstone, from);
  for (NodeIndex owner = 0; owner < nodes_.size(); ++owner) {
    const auto hint = hints_.find({owner, message.key});
    if (hint != hints_.end() && !hint->second.now.empty()) {
      take_hint(hint->first, message.tombstone);
    }
  }
  send_when_safe(all_safe_with(), from, Entombed{message.id});
}

void DynamoNode::handle(NodeIndex from, const Entombed& message) {
  const auto question = grave_questions_.find(message.id);
  if (question == grave_questions_.end()) return;
  const auto at = graves_.find(question->second);
  if (at == graves_.end() || at->second.asked != message.id) {
    grave_questions_.erase(question);
    return;
  }
  Grave& grave = at->second;
  grave.confirmed.insert(from);
  if (grave.confirmed.size() < nodes_.size()) return;
  grave_questions_.erase(question);
  grave.asked = 0;
  grave.due = now_ + config_.grace();
  ++grave.rounds;
}

void DynamoNode::collect(const Value& key) {
  const Versions tombstone = entries_.at(key).now;
  effects_->trace("dynamo.collect", {{"key", key}});
  forget(key, tombstone);
  if (bugs_.has(Bug::tombstone_early_gc)) return;
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (node != self_) send(node, Collected{key, tombstone});
  }
}

void DynamoNode::handle(NodeIndex, const Collected& message) {
  const auto at = entries_.find(message.key);
  const bool has_only_that = at != entries_.end() && at->second.now.is_deleted() &&
                             message.tombstone.covers(at->second.now, config_.conflict);
  if (has_only_that) forget(message.key, message.tombstone);
}

void DynamoNode::forget(const Value& key, const Versions& tombstone) {
  set_entry(key, Versions());
  remains_[key] = {tombstone, now_ + remembered_graces * config_.grace()};
  for (NodeIndex owner = 0; owner < nodes_.size(); ++owner) {
    const auto hint = hints_.find({owner, key});
    if (hint == hints_.end() || hint->second.now.empty()) continue;
    if (tombstone.covers(hint->second.now, config_.conflict)) {
      set_hint(HintKey(hint->first), Versions());
    }
  }
}

bool DynamoNode::is_busy_with(const Value& key) const {
  for (const auto& [id, operation] : operations_) {
    if (operation.key == key) return true;
  }
  return false;
}

}  // namespace faultrig::dynamo
