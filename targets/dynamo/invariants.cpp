#include "targets/dynamo/invariants.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::dynamo {
namespace {

std::uint64_t live_digest(const DynamoNode& node, const Value& key) {
  const auto at = node.entries().find(key);
  std::uint64_t sum = 0;
  if (at == node.entries().end()) return sum;
  for (const SharedVersion& version : at->second.now) {
    if (!version->is_tombstone) sum += version->digest;
  }
  return sum;
}

using Nodes = std::vector<const DynamoNode*>;

std::string difference_of_entries(const DynamoNode& node, const Nodes& nodes) {
  for (const auto& [key, entry] : node.entries()) {
    const std::vector<NodeIndex> owners = node.owners_of(key);
    const bool is_owner = std::find(owners.begin(), owners.end(), node.index()) != owners.end();
    if (!is_owner && !entry.now.empty()) {
      return fmt::format("{} still has key {} of others", node.name(), key.to_string());
    }
    for (const NodeIndex owner : owners) {
      const DynamoNode* other = nodes[owner];
      if (other == nullptr || live_digest(node, key) == live_digest(*other, key)) continue;
      const auto theirs = other->entries().find(key);
      return fmt::format(
          "{} has {} of key {}, and {} has {}", node.name(), entry.now.to_string(), key.to_string(),
          other->name(),
          theirs == other->entries().end() ? "nothing" : theirs->second.now.to_string());
    }
  }
  return "";
}

std::string waiting_hint(const DynamoNode& node, const Nodes& nodes) {
  for (const auto& [hint, entry] : node.hints()) {
    if (entry.now.empty() || nodes[hint.first] == nullptr) continue;
    return fmt::format("{} still keeps a hint of key {} for {}", node.name(),
                       hint.second.to_string(), node.nodes()[hint.first]);
  }
  return "";
}

bool has_now(const DynamoNode& node, const Value& key, const Version& version, Conflict conflict) {
  const auto at = node.entries().find(key);
  return at != node.entries().end() && at->second.now.covers(version, conflict);
}

}  // namespace

Invariants::Invariants(DynamoConfig config)
    : shadow_(config.conflict),
      disks_(findings_, shadow_),
      causality_(findings_, shadow_),
      clients_(findings_, shadow_, config) {}

void Invariants::after_step(std::size_t stepped, std::span<const Node* const> nodes) {
  shadow_.resize(nodes.size());
  const auto* node = static_cast<const DynamoNode*>(nodes[stepped]);
  if (node == nullptr) return;
  if (node->members() != Members(nodes.size())) {
    clients_.on_new_members();
    disks_.on_new_members();
  }
  for (const Made& made : node->made()) causality_.on_made(*node, made);
  if (node->steps() == 1) {
    index_[node->name()] = node->index();
    disks_.on_start(*node);
  } else {
    for (const Value& key : node->changed()) disks_.on_changed(*node, key);
  }
  for (const Answered& answered : node->answered()) {
    clients_.on_answered(*node, answered.operation);
  }
}

void Invariants::on_request(const Message& request) {
  const auto asked = index_.find(request.dest);
  if (asked != index_.end()) clients_.on_request(request, asked->second);
}

std::string Invariants::disagreement(std::span<const Node* const> nodes) const {
  Nodes up;
  for (const Node* node : nodes) up.push_back(static_cast<const DynamoNode*>(node));
  const DynamoNode* first = nullptr;
  for (const DynamoNode* node : up) {
    if (node == nullptr) continue;
    if (first == nullptr) first = node;
    if (first->members() != node->members()) {
      return fmt::format("{} and {} know different members", first->name(), node->name());
    }
  }
  for (const DynamoNode* node : up) {
    if (node == nullptr) continue;
    if (std::string hint = waiting_hint(*node, up); !hint.empty()) return hint;
    if (std::string what = difference_of_entries(*node, up); !what.empty()) return what;
  }
  if (first == nullptr) return "";
  for (const auto& [key, versions] : clients_.acknowledged()) {
    for (const SharedVersion& version : versions) {
      if (shadow_.is_deleted(key, *version)) continue;
      for (const NodeIndex owner : first->owners_of(key)) {
        if (up[owner] == nullptr || has_now(*up[owner], key, *version, shadow_.conflict()))
          continue;
        return fmt::format("{} was acknowledged of key {}, and {} does not have it",
                           name_of(*version), key.to_string(), up[owner]->name());
      }
    }
  }
  return "";
}

}  // namespace faultrig::dynamo
