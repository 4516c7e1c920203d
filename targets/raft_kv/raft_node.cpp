#include "targets/raft_kv/raft_node.hpp"

#include <fmt/format.h>

#include <typeinfo>

namespace faultrig::raft_kv {
namespace {

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

SessionLimits session_limits(const RaftConfig& config, const BugSet& bugs) {
  SessionLimits limits = config.session_limits();
  limits.answers_repeats = !bugs.has(Bug::no_client_dedup);
  return limits;
}

}  // namespace

std::string_view to_string(Role role) {
  switch (role) {
    case Role::follower:
      return "follower";
    case Role::pre_candidate:
      return "pre-candidate";
    case Role::candidate:
      return "candidate";
    case Role::leader:
      return "leader";
  }
  return "?";
}

RaftNode::RaftNode(RaftConfig config, BugSet bugs)
    : config_(config), bugs_(bugs), machine_(session_limits(config, bugs)) {}

void RaftNode::step(const Clocks& clocks, const Input& input, Effects& effects) {
  now_ = clocks.monotonic;
  wall_ = clocks.wall;
  effects_ = &effects;
  ++steps_;
  std::visit(Overloaded{
                 [this](const Start& start) { on_start(start); },
                 [this](const MessageReceived& received) { on_message(received.message); },
                 [this](const TimerFired& fired) { on_timer(fired.timer); },
                 [this](const Persisted& persisted) { on_persisted(persisted.id); },
             },
             input);
  // Nothing comes back for a write that is not synced: with raft-no-fsync it counts as done at
  // once.
  while (bugs_.has(Bug::no_fsync) && done_write_ + 1 < next_write_) on_persisted(next_write_ - 1);
  effects_ = nullptr;
}

std::string RaftNode::describe() const {
  return fmt::format("{} term={} commit={} last={} leader={}", to_string(role_), hard_.term,
                     commit_, log_.last_index(), leader_.empty() ? "?" : leader_);
}

std::unique_ptr<Node> RaftNode::clone() const { return std::make_unique<RaftNode>(*this); }

void RaftNode::on_start(const Start& start) {
  self_ = start.self;
  leader_heard_at_ = now_;
  random_ = start.random;
  for (const NodeName& node : start.nodes) {
    if (node != self_) peers_.emplace(node, Peer());
  }
  // Far apart for each start, so that an answer to an earlier life of this node finds nobody. The
  // moment must take part: a node is started again with the same seed.
  Random forward_ids = random_.fork("forward").fork(static_cast<std::uint64_t>(now_.count()));
  next_forward_id_ = static_cast<std::int64_t>(forward_ids.below(std::uint64_t{1} << 52));

  const auto file = start.disk.find(log_file_name);
  Recovered recovered = recover(file == start.disk.end() ? std::string_view() : file->second);
  hard_ = promised_ = recovered.hard_state;
  log_ = std::move(recovered.log);
  written_ = durable_ = log_.last_index();
  if (std::optional<StateMachine> machine =
          StateMachine::from_value(recovered.snapshot.state, machine_.limits())) {
    machine_ = std::move(*machine);
    snapshot_ = std::move(recovered.snapshot);
    // What a snapshot holds was committed.
    commit_ = applied_ = snapshot_.last_index;
  }
  effects_->trace("raft.recover", {{"term", hard_.term},
                                   {"vote", hard_.vote},
                                   {"snapshot", snapshot_.last_index},
                                   {"last", log_.last_index()}});
  if (recovered.torn) {
    effects_->trace("raft.torn_tail", {{"at", recovered.torn->at},
                                       {"bytes", recovered.torn->bytes},
                                       {"why", recovered.torn->why}});
    // Records appended behind the torn one could never be read again.
    replace_file();
  }
  reset_election_timer();
}

void RaftNode::on_message(const Message& message) {
  if (!is_peer(message.src)) {
    on_client_request(message);
    return;
  }
  const NativeBody* native = message.native.get();
  if (native != nullptr && typeid(*native) == typeid(PeerBody)) {
    std::visit([&](const auto& typed) { handle(message.src, typed); },
               static_cast<const PeerBody*>(native)->message());
    return;
  }
  const std::optional<PeerMessage> decoded =
      peer_message(native != nullptr ? native->to_value() : message.body);
  if (!decoded) return;
  std::visit([&](const auto& typed) { handle(message.src, typed); }, *decoded);
}

void RaftNode::on_timer(TimerId timer) {
  if (timer == election_timer && role_ != Role::leader) start_pre_vote();
  if (timer == heartbeat_timer && role_ == Role::leader) on_heartbeat_timer();
}

void RaftNode::send(const NodeName& dest, SharedPeerBody body) {
  effects_->send({self_, dest, Value(), std::move(body)});
}

void RaftNode::send(const NodeName& dest, PeerMessage message) {
  send(dest, std::make_shared<const PeerBody>(std::move(message)));
}

}  // namespace faultrig::raft_kv
