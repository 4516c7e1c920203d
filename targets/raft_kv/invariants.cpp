#include "targets/raft_kv/invariants.hpp"

namespace faultrig::raft_kv {
namespace {

bool is_changed(const RaftNode& node, const Seen& before) {
  return before.log_version != node.log().version() || before.commit != node.commit_index() ||
         before.applied != node.applied_index() || before.term != node.term() ||
         before.role != node.role() || before.promises != node.promises();
}

}  // namespace

Invariants::Invariants(const RaftConfig& config)
    : elections_(findings_),
      logs_(findings_),
      commits_(findings_, elections_),
      states_(findings_, commits_, config.session_limits()),
      clients_(findings_, elections_, states_, config.keyless_reads) {}

void Invariants::after_step(std::size_t stepped, std::span<const Node* const> nodes) {
  seen_.resize(nodes.size());
  nodes_.resize(nodes.size());
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    nodes_[i] = static_cast<const RaftNode*>(nodes[i]);
  }
  stepped_ = stepped;
  committed_something_ = false;
  if (nodes_[stepped] == nullptr) return;
  const bool is_start = nodes_[stepped]->steps() == 1;
  Seen& seen = seen_[stepped];
  if (is_start || is_changed(*nodes_[stepped], seen)) look(stepped, is_start);
  seen.durable = nodes_[stepped]->durable_index();
}

void Invariants::look(std::size_t stepped, bool is_start) {
  const RaftNode& node = *nodes_[stepped];
  Seen& seen = seen_[stepped];
  const Step step{node, seen, is_start, nodes_};
  elections_.after_step(step);
  const bool is_log_changed = is_start || seen.log_version != node.log().version();
  const ShadowLog::Change change =
      is_log_changed ? seen.log.change_to(node.log()) : ShadowLog::Change{};
  if (is_log_changed) logs_.after_step(step, change);
  commits_.after_step(step);
  committed_something_ = states_.replayed() < commits_.count();
  while (states_.replayed() < commits_.count()) {
    const Index index = states_.replayed() + 1;
    clients_.on_commit(index, states_.replay_next());
  }
  states_.after_step(step);

  if (is_start) ++seen.lives;
  if (is_log_changed) seen.log.follow(node.log(), change);
  seen.log_version = node.log().version();
  seen.role = node.role();
  seen.term = node.term();
  seen.commit = node.commit_index();
  seen.applied = node.applied_index();
  seen.snapshot = node.snapshot().last_index;
  if (is_start || seen.promises != node.promises()) seen.promised = node.promised();
  seen.promises = node.promises();
}

void Invariants::on_request(const Message& request) {
  clients_.on_request(request, commits_.count());
}

void Invariants::on_reply(const Message& reply) {
  const RaftNode* answerer = nullptr;
  if (stepped_ < nodes_.size() && nodes_[stepped_] != nullptr &&
      nodes_[stepped_]->name() == reply.src) {
    answerer = nodes_[stepped_];
  }
  clients_.on_reply(reply, nodes_, answerer, committed_something_);
}

}  // namespace faultrig::raft_kv
