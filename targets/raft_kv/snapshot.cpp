// Snapshots: taken by every node for itself after a number of entries, and sent whole to a follower
// that needs entries which the leader no longer has (paper, section 7, without Figure 13's chunks:
// one message, one atomic replacement of the file).
#include <algorithm>

#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {

void RaftNode::take_snapshot_if_due(Index applied_before) {
  if (applied_ - log_.base_index() < config_.snapshot_entries || applied_ > log_.last_index()) {
    return;
  }
  // The state as of now belongs to the index as of now.
  const Index index = bugs_.has(Bug::apply_twice_after_restart)
                          ? std::max(applied_before, log_.base_index())
                          : applied_;
  const bool with_sessions = !bugs_.has(Bug::dedup_not_in_snapshot);
  snapshot_ = {index, *log_.term_at(index), machine_.to_value(with_sessions)};
  log_.compact_to(index);
  effects_->trace("raft.snapshot_create",
                  {{"index", snapshot_.last_index}, {"term", snapshot_.last_term}});
  replace_file();
}

void RaftNode::send_snapshot(const NodeName& name, Peer& peer) {
  peer.outstanding_through = snapshot_.last_index;
  send(name, InstallSnapshot{hard_.term, snapshot_.last_index, snapshot_.last_term, round_,
                             snapshot_.state});
}

void RaftNode::handle(const NodeName& from, const InstallSnapshot& message) {
  if (message.term < hard_.term) {
    send_when_durable(from, AppendReply{hard_.term, false, message.last_index, 0, 0, 0});
    return;
  }
  if (message.term == hard_.term && role_ == Role::leader) return;
  if (message.term > hard_.term || role_ != Role::follower) become_follower(message.term, from);
  follow(from);
  leader_heard_at_ = now_;
  reset_election_timer();

  // One that is not ahead of what is committed here (a repeat, a late one) must not turn the state
  // back; all that it covers is here already.
  if (message.last_index > commit_ || bugs_.has(Bug::install_older_snapshot)) {
    std::optional<StateMachine> machine =
        StateMachine::from_value(message.state, machine_.limits());
    if (!machine) return;
    install(message, std::move(*machine));
  }
  send_when_durable(
      from, AppendReply{hard_.term, true, message.last_index, message.last_index, 0, message.round},
      message.last_index);
}

void RaftNode::install(const InstallSnapshot& message, StateMachine machine) {
  answer_lost_from(0, message.last_index);
  if (log_.term_at(message.last_index) == message.last_term) {
    log_.compact_to(message.last_index);  // what follows agrees with the snapshot and stays
  } else {
    answer_lost_from(message.last_index + 1, log_.last_index());
    log_.reset(message.last_index, message.last_term);
    forget_durability_from(1);
  }
  machine_ = std::move(machine);
  snapshot_ = {message.last_index, message.last_term, message.state};
  commit_ = applied_ = message.last_index;
  effects_->trace("raft.snapshot_install",
                  {{"index", snapshot_.last_index}, {"term", snapshot_.last_term}});
  replace_file();
}

}  // namespace faultrig::raft_kv
