// What a coordinator does about owners that are silent: it asks again, and with sloppy quorums has
// the next nodes of the ring stand in for them (Dynamo, section 4.6). A node that coordinates a
// write keeps a hint of its own for every owner that has not stored it, whoever else does.
#include <algorithm>

#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {

void DynamoNode::set_look_timer() {
  if (operations_.empty()) {
    effects_->cancel_timer(look_timer);
    return;
  }
  NodeTime first = operations_.begin()->second.next_look;
  for (const auto& [id, operation] : operations_) first = std::min(first, operation.next_look);
  effects_->set_timer(look_timer, std::max(first - now_, NodeTime(0)));
}

void DynamoNode::on_look_timer() {
  std::vector<std::int64_t> due;
  for (const auto& [id, operation] : operations_) {
    if (operation.next_look <= now_) due.push_back(id);
  }
  for (const std::int64_t id : due) {
    Operation& operation = operations_.at(id);
    look_again(operation);
    if (is_over(operation)) operations_.erase(id);
  }
  set_look_timer();
}

void DynamoNode::look_again(Operation& operation) {
  operation.next_look += config_.hint();
  ++operation.looks;
  const bool is_answered = operation.phase == Operation::Phase::closing;
  if (!is_answered && now_ >= operation.give_up) {
    refuse(operation);
    return;
  }
  if (operation.phase == Operation::Phase::fetching) {
    const std::size_t asked = is_sloppy() ? operation.order.size() : operation.owners;
    for (std::size_t i = 0; i < asked; ++i) {
      if (operation.answers.contains(operation.order[i])) continue;
      send(operation.order[i], Fetch{operation.id, operation.key});
    }
    // Who was not an owner counts from now on.
    if (has_read_quorum(operation)) on_fetched(operation);
  } else if (operation.kind != Kind::read && is_sloppy()) {
    replace_silent_owners(operation);
  } else if (!is_answered) {
    for (std::size_t i = 0; i < operation.owners; ++i) {
      const NodeIndex node = operation.order[i];
      if (operation.stored.contains(node)) continue;
      send(node, Store{operation.id, operation.key, operation.outgoing, std::nullopt});
    }
  }
}

void DynamoNode::replace_silent_owners(Operation& operation) {
  const bool is_answered = operation.phase == Operation::Phase::closing;
  for (std::size_t i = 0; i < operation.owners; ++i) {
    const NodeIndex owner = operation.order[i];
    if (owner == self_ || operation.stored.contains(owner)) continue;
    if (operation.hinted.insert(owner).second) {
      send(self_, Store{operation.id, operation.key, operation.outgoing, owner});
    }
    if (is_answered) continue;
    std::size_t place = operation.owners + operation.stand_ins;
    if (place < operation.order.size() && operation.order[place] == self_) ++place;
    if (place >= operation.order.size()) {
      operation.stand_ins = 0;
      continue;
    }
    send(operation.order[place], Store{operation.id, operation.key, operation.outgoing, owner});
    operation.stand_ins = place + 1 - operation.owners;
  }
}

// Answered, and every owner has it or will get it some other way: by a hint, or in time by
// anti-entropy.
bool DynamoNode::is_over(const Operation& operation) const {
  if (operation.phase != Operation::Phase::closing) return now_ >= operation.give_up;
  if (operation.looks > 0) return true;
  for (std::size_t i = 0; i < operation.owners; ++i) {
    const NodeIndex node = operation.order[i];
    const bool is_done = operation.kind == Kind::read ? operation.answers.contains(node)
                                                      : operation.stored.contains(node);
    if (!is_done) return false;
  }
  return true;
}

}  // namespace faultrig::dynamo
