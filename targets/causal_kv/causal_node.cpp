#include "targets/causal_kv/causal_node.hpp"

#include <fmt/format.h>

#include <stdexcept>
#include <typeinfo>

#include "targets/causal_kv/storage.hpp"

namespace faultrig::causal_kv {

CausalNode::CausalNode(CausalConfig config, BugSet bugs) : config_(config), bugs_(bugs) {}

void CausalNode::step(const Clocks& clocks, const Input& input, Effects& effects) {
  wall_ = clocks.wall;
  effects_ = &effects;
  ++steps_;
  if (const auto* start = std::get_if<Start>(&input)) {
    on_start(*start, clocks.monotonic);
  } else if (const auto* received = std::get_if<MessageReceived>(&input)) {
    on_message(received->message);
  } else if (std::holds_alternative<TimerFired>(input)) {
    on_sync_timer();
  } else if (const auto* persisted = std::get_if<Persisted>(&input)) {
    on_persisted(persisted->id);
  }
  write_out();
  effects_ = nullptr;
}

std::string CausalNode::describe() const {
  return fmt::format("clock={} shown={} of {} buffered={}", log_.clock().to_string(), shown_,
                     log_.size(), buffered_.size());
}

std::unique_ptr<Node> CausalNode::clone() const { return std::make_unique<CausalNode>(*this); }

void CausalNode::on_start(const Start& start, NodeTime now) {
  nodes_ = start.nodes;
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (nodes_[node] == start.self) {
      self_ = node;
    } else {
      peers_.emplace(nodes_[node], node);
    }
  }
  asked_.resize(nodes_.size());
  safe_clock_ = shown_clock_ = forgotten_ = VectorClock(nodes_.size());
  turn_ = self_;  // not everybody asks the same node at a time
  // The moment must take part: a node is started again with the same seed.
  Random rounds = start.random.fork("rounds").fork(static_cast<std::uint64_t>(now.count()));
  round_ = static_cast<std::int64_t>(rounds.below(std::uint64_t{1} << 52));
  recover_log(start.disk);
  effects_->set_timer(sync_timer, config_.sync());
}

void CausalNode::recover_log(const DiskImage& disk) {
  const auto file = disk.find(log_file_name);
  Recovered recovered =
      recover(file == disk.end() ? std::string_view() : file->second, nodes_.size());
  if (recovered.other_cluster) {
    throw std::runtime_error(fmt::format("{} is of a cluster of {} nodes, and this one has {}",
                                         log_file_name, *recovered.other_cluster, nodes_.size()));
  }
  log_ = std::move(recovered.log);
  safe_clock_ = log_.clock();
  written_ = safe_ = log_.size();
  show(log_.size());
  own_ = bugs_.has(Bug::sequence_reused) ? 0 : log_.clock()[self_];
  if (bugs_.has(Bug::clock_lost_at_restart)) forgotten_ = log_.clock();
  effects_->trace("causal.recover", {{"clock", log_.clock().to_string()}, {"writes", log_.size()}});
  if (recovered.torn) {
    effects_->trace("causal.torn_tail", {{"at", recovered.torn->at},
                                         {"bytes", recovered.torn->bytes},
                                         {"why", recovered.torn->why}});
    // Records appended behind the torn one could never be read again.
    replace_file();
  }
}

void CausalNode::on_message(const Message& message) {
  const auto peer = peers_.find(message.src);
  if (peer == peers_.end()) {
    on_client_request(message);
    return;
  }
  const auto handle_from = [&](const auto& typed) { handle(peer->second, typed); };
  const NativeBody* native = message.native.get();
  if (native != nullptr && typeid(*native) == typeid(PeerBody)) {
    std::visit(handle_from, static_cast<const PeerBody*>(native)->message());
    return;
  }
  const std::optional<PeerMessage> decoded =
      peer_message(native != nullptr ? native->to_value() : message.body, nodes_.size());
  if (decoded) std::visit(handle_from, *decoded);
}

void CausalNode::send(NodeIndex peer, PeerMessage message) {
  effects_->send(
      {name(), nodes_[peer], Value(), std::make_shared<const PeerBody>(std::move(message))});
}

void CausalNode::send_to_all(PeerMessage message) {
  const auto body = std::make_shared<const PeerBody>(std::move(message));
  for (NodeIndex node = 0; node < nodes_.size(); ++node) {
    if (node != self_) effects_->send({name(), nodes_[node], Value(), body});
  }
}

}  // namespace faultrig::causal_kv
