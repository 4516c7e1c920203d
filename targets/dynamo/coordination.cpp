// Coordination (Dynamo, section 4.5): a request is put to the N owners at once, and is done when
// enough of them have answered.
//
// With `lww` every write first asks R owners for the latest stamp and goes above it, as writers of
// a shared register do (Lynch and Shvartsman, 1997, after Attiya, Bar-Noy and Dolev). With strict
// quorums a read brings what it returns to W owners before it answers; then, with R + W above N,
// registers are linearizable. Sloppy quorums promise less: see README.
#include <algorithm>
#include <set>
#include <utility>

#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {

void DynamoNode::begin(Kind kind, const Message& request) {
  Operation operation;
  operation.id = next_id();
  operation.kind = kind;
  operation.request = request;
  operation.key = *request.body.find("key");
  operation.order = ring_.order(operation.key);
  operation.owners = std::min(operation.order.size(), static_cast<std::size_t>(config_.n));
  operation.next_look = now_ + config_.hint();
  operation.give_up = now_ + config_.request();
  const std::int64_t id = operation.id;
  Operation& kept = operations_.emplace(id, std::move(operation)).first->second;
  set_look_timer();
  const bool has_context = request.body.find("context") != nullptr;
  const bool is_blind = kind == Kind::put && config_.conflict == Conflict::siblings;
  const bool must_ask =
      kind == Kind::read || kind == Kind::add || config_.conflict == Conflict::lww;
  if (must_ask || (!has_context && !is_blind)) {
    begin_fetching(kept);
  } else {
    make_version(kept, *context_in(request.body));
    begin_storing(kept);
  }
}

void DynamoNode::begin_fetching(Operation& operation) {
  for (std::size_t i = 0; i < operation.owners; ++i) {
    send(operation.order[i], Fetch{operation.id, operation.key});
  }
  // This node may keep a hint of the key.
  if (!operation.is_owner(self_)) send(self_, Fetch{operation.id, operation.key});
}

void DynamoNode::handle(NodeIndex from, const Fetched& message) {
  clock_ = std::max(clock_, message.clock);
  const auto at = operations_.find(message.id);
  if (at == operations_.end()) return;
  Operation& operation = at->second;
  operation.answers[from] = message.versions;
  operation.clock = std::max(operation.clock, message.clock);
  if (operation.phase == Operation::Phase::fetching) {
    operation.result = merged(operation.result, message.versions);
    if (has_read_quorum(operation)) on_fetched(operation);
  } else if (operation.kind == Kind::read) {
    repair(operation, from);
  }
  if (is_over(operation)) operations_.erase(operation.id);
}

bool DynamoNode::has_read_quorum(const Operation& operation) const {
  // What this node keeps itself is always looked at.
  if (!operation.answers.contains(self_)) return false;
  std::int64_t count = 0;
  for (const auto& [node, versions] : operation.answers) {
    const bool counts = operation.is_owner(node) || (is_sloppy() && operation.looks > 0);
    if (counts) ++count;
  }
  return count >= (bugs_.has(Bug::r_plus_w_le_n) ? 1 : config_.r);
}

void DynamoNode::on_fetched(Operation& operation) {
  if (operation.kind == Kind::read) {
    finish_read(operation);
  } else {
    make_version(operation, operation.result.context());
    begin_storing(operation);
  }
}

void DynamoNode::finish_read(Operation& operation) {
  operation.outgoing = operation.result;
  for (const auto& [node, versions] : operation.answers) {
    if (operation.is_owner(node) && versions == operation.result) operation.stored.insert(node);
  }
  const bool waits =
      !is_sloppy() && !has_write_quorum(operation) && !bugs_.has(Bug::no_read_repair);
  for (const auto& [node, versions] : operation.answers) repair(operation, node);
  if (!waits) {
    answer(operation);
    return;
  }
  operation.phase = Operation::Phase::storing;
  for (std::size_t i = 0; i < operation.owners; ++i) {
    const NodeIndex node = operation.order[i];
    if (operation.answers.contains(node)) continue;
    send(node, Store{operation.id, operation.key, operation.outgoing, std::nullopt});
  }
}

// Read repair (section 5): who answered with less gets the rest.
void DynamoNode::repair(Operation& operation, NodeIndex node) {
  if (bugs_.has(Bug::no_read_repair) || !operation.is_owner(node)) return;
  const auto answer = operation.answers.find(node);
  if (answer->second.covers(operation.outgoing, config_.conflict)) return;
  operation.repaired.insert(node);
  effects_->trace("dynamo.read_repair", {{"key", operation.key}, {"node", nodes_[node]}});
  send(node, Store{operation.id, operation.key, operation.outgoing, std::nullopt});
}

Stamp DynamoNode::next_stamp(const Operation& operation) {
  if (bugs_.has(Bug::lww_clock_skew)) {
    return std::chrono::duration_cast<std::chrono::microseconds>(wall_).count();
  }
  clock_ = std::max(clock_, operation.clock) + 1;
  return clock_;
}

void DynamoNode::make_version(Operation& operation, const Context& seen) {
  Context past = seen;
  if (bugs_.has(Bug::vclock_prune)) past.cut_to(2);
  std::optional<Value> contents;
  if (operation.kind == Kind::put) contents = *operation.request.body.find("value");
  if (operation.kind == Kind::add) {
    std::set<Value> elements = {*operation.request.body.find("element")};
    for (const Value& set : operation.result.values()) {
      if (set.is_list()) elements.insert(set.as_list().begin(), set.as_list().end());
    }
    contents = Value(Value::List(elements.begin(), elements.end()));
  }
  const Dot dot{actor_, ++counters_[operation.key]};
  const auto version = std::make_shared<const Version>(dot, std::move(past), next_stamp(operation),
                                                       std::move(contents));
  operation.outgoing = Versions(version);
  made_.push_back({operation.key, version, operation.kind, seen, operation.result});
}

void DynamoNode::begin_storing(Operation& operation) {
  operation.phase = Operation::Phase::storing;
  for (std::size_t i = 0; i < operation.owners; ++i) {
    send(operation.order[i], Store{operation.id, operation.key, operation.outgoing, std::nullopt});
  }
}

void DynamoNode::handle(NodeIndex from, const Stored& message) {
  const auto delivery = deliveries_.find(message.id);
  if (delivery != deliveries_.end()) {
    on_delivered(delivery->second);
    return;
  }
  const auto at = operations_.find(message.id);
  if (at == operations_.end()) return;
  at->second.stored.insert(from);
  on_stored(at->second);
  if (is_over(at->second)) operations_.erase(at);
}

void DynamoNode::on_stored(Operation& operation) {
  if (operation.phase == Operation::Phase::storing && has_write_quorum(operation)) {
    answer(operation);
  }
}

// Different nodes, not copies. Where hints count, this node has one of the copies until all owners
// have theirs, so its own clients see what they wrote.
bool DynamoNode::has_write_quorum(const Operation& operation) const {
  std::int64_t owners = 0;
  for (const NodeIndex node : operation.stored) {
    if (operation.is_owner(node)) ++owners;
  }
  if (bugs_.has(Bug::r_plus_w_le_n)) return !operation.stored.empty();
  if (owners >= config_.w) return true;
  return is_sloppy() && operation.stored.contains(self_) &&
         static_cast<std::int64_t>(operation.stored.size()) >= config_.w;
}

}  // namespace faultrig::dynamo
