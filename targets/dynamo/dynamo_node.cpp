#include "targets/dynamo/dynamo_node.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <typeinfo>
#include <utility>

namespace faultrig::dynamo {

DynamoNode::DynamoNode(DynamoConfig config, BugSet bugs) : config_(config), bugs_(bugs) {}

void DynamoNode::step(const Clocks& clocks, const Input& input, Effects& effects) {
  now_ = clocks.monotonic;
  wall_ = clocks.wall;
  effects_ = &effects;
  ++steps_;
  changed_.clear();
  made_.clear();
  answered_.clear();
  if (const auto* start = std::get_if<Start>(&input)) {
    on_start(*start);
  } else if (const auto* received = std::get_if<MessageReceived>(&input)) {
    on_message(received->message);
  } else if (const auto* fired = std::get_if<TimerFired>(&input)) {
    if (fired->timer == sync_timer) on_sync_timer();
    if (fired->timer == handoff_timer) on_handoff_timer();
    if (fired->timer == look_timer) on_look_timer();
  } else if (const auto* persisted = std::get_if<Persisted>(&input)) {
    on_persisted(persisted->id);
  }
  hear_itself();
  write_out();
  effects_ = nullptr;
}

std::string DynamoNode::describe() const {
  return fmt::format("keys={} hints={} operations={} graves={} clock={} members={} of {}",
                     entries_.size(), hints_.size(), operations_.size(), graves_.size(), clock_,
                     members_.count(), members_.size());
}

std::unique_ptr<Node> DynamoNode::clone() const { return std::make_unique<DynamoNode>(*this); }

void DynamoNode::on_start(const Start& start) {
  nodes_ = start.nodes;
  check_size(config_, nodes_.size());
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node] == start.self) {
      self_ = node;
    } else {
      peers_.emplace(nodes_[node], node);
    }
  }
  turn_ = self_;  // not everybody asks the same node at a time
  const auto file = start.disk.find(file_name);
  const Recovered recovered =
      recover(file == start.disk.end() ? std::string_view() : file->second, nodes_.size());
  if (recovered.other_cluster) {
    throw std::runtime_error(fmt::format("{} is of a cluster of {} nodes, and this one has {}",
                                         file_name, *recovered.other_cluster, nodes_.size()));
  }
  take_over(recovered);
  effects_->trace("dynamo.recover",
                  {{"hints", hints_.size()}, {"keys", entries_.size()}, {"life", life_}});
  if (recovered.torn) {
    effects_->trace("dynamo.torn_tail", {{"at", recovered.torn->at},
                                         {"bytes", recovered.torn->bytes},
                                         {"why", recovered.torn->why}});
    // Records appended behind the torn one could never be read again.
    must_rewrite_ = true;
  }
  move_misplaced();  // a crash may have come in the middle of that
  effects_->set_timer(sync_timer, config_.sync());
  effects_->set_timer(handoff_timer, config_.handoff());
}

void DynamoNode::take_over(const Recovered& recovered) {
  life_ = recovered.identity.life + 1;
  actor_ = actor_of(self_, life_);
  last_id_ = life_ << 32;
  clock_ = recovered.identity.clock;
  records_ = recovered.records;
  members_ = recovered.members;
  ring_ = Ring(nodes_, members_.flags(), static_cast<std::size_t>(config_.virtual_nodes));
  trees_.resize(nodes_.size());
  for (const auto& [key, versions] : recovered.entries) {
    entries_[key] = {versions, versions, 0};
    update_trees(key, {}, versions);
    watch_grave(key, versions);
    changed_.push_back(key);
  }
  for (const auto& [hint, versions] : recovered.hints) {
    hints_[hint] = {versions, versions, 0};
    changed_.push_back(hint.second);
  }
}

void DynamoNode::on_message(const Message& message) {
  const auto peer = peers_.find(message.src);
  if (peer == peers_.end()) {
    on_client_request(message);
    return;
  }
  const NativeBody* native = message.native.get();
  if (native != nullptr && typeid(*native) == typeid(PeerBody)) {
    receive(peer->second, static_cast<const PeerBody*>(native)->message());
    return;
  }
  const std::optional<PeerMessage> decoded =
      peer_message(native != nullptr ? native->to_value() : message.body, nodes_.size());
  if (decoded) receive(peer->second, *decoded);
}

void DynamoNode::receive(NodeIndex from, const PeerMessage& message) {
  std::visit([&](const auto& typed) { handle(from, typed); }, message);
}

void DynamoNode::hear_itself() {
  while (!to_itself_.empty()) {
    const PeerMessage message = std::move(to_itself_.front());
    to_itself_.pop_front();
    receive(self_, message);
  }
}

void DynamoNode::send(NodeIndex to, PeerMessage message) {
  if (to == self_) {
    to_itself_.push_back(std::move(message));
    return;
  }
  effects_->send(
      {name(), nodes_[to], Value(), std::make_shared<const PeerBody>(std::move(message))});
}

void DynamoNode::send_when_safe(PersistId batch, NodeIndex to, PeerMessage message) {
  if (batch <= safe_) {
    send(to, std::move(message));
  } else {
    waiters_.push_back({batch, to, std::move(message)});
  }
}

std::int64_t DynamoNode::next_id() { return ++last_id_; }

std::vector<NodeIndex> DynamoNode::owners_of(const Value& key) const {
  std::vector<NodeIndex> order = ring_.order(key);
  if (order.size() > static_cast<std::size_t>(config_.n)) {
    order.resize(static_cast<std::size_t>(config_.n));
  }
  return order;
}

bool DynamoNode::is_owner(NodeIndex node, const Value& key) const {
  const std::vector<NodeIndex> owners = owners_of(key);
  return std::find(owners.begin(), owners.end(), node) != owners.end();
}

}  // namespace faultrig::dynamo
