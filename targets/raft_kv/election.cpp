// Elections: pre-vote (dissertation, section 9.6), votes (paper, sections 5.2 and 5.4.1) and
// check-quorum (dissertation, section 6.2).
#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {

void RaftNode::reset_election_timer() {
  effects_->set_timer(election_timer, random_.between(NodeTime(config_.election_min()),
                                                      NodeTime(config_.election_max())));
}

// A node that hears from a leader helps nobody to unseat it (dissertation, section 4.2.3). Where
// leaders rely on that for their leases, it holds whatever else was heard meanwhile.
bool RaftNode::heard_leader_recently() const {
  if (role_ == Role::leader) return true;
  if (uses_lease()) return is_bound_by_lease();
  return !leader_.empty() && now_ - leader_heard_at_ < config_.election_min();
}

// Section 5.4.1: the later last term wins, then the longer log.
bool RaftNode::is_up_to_date(Index last_index, Term last_term) const {
  if (last_term != log_.last_term() && !bugs_.has(Bug::log_check_length_only))
    return last_term > log_.last_term();
  return last_index >= log_.last_index();
}

void RaftNode::become_follower(Term term, const NodeName& leader) {
  const bool was_leader = role_ == Role::leader;
  const bool changed = term > hard_.term || role_ != Role::follower;
  if (term > hard_.term) {
    hard_ = {term, ""};
    // Acknowledgements of the old term may speak of entries that the new leader cuts off.
    held_.clear();
    persist_state();
  } else if (role_ != Role::follower && bugs_.has(Bug::forget_vote_on_stepdown)) {
    hard_.vote.clear();
  }
  role_ = Role::follower;
  votes_.clear();
  follow(leader);
  if (changed) {
    effects_->trace("raft.become_follower", {{"term", hard_.term}, {"leader", leader_}});
  }
  // Everybody else's election timer is running, and a mere higher term must not set it back: a
  // candidate that cannot win could keep the others from ever running.
  if (was_leader) {
    effects_->cancel_timer(heartbeat_timer);
    drop_lease();
    reset_election_timer();
    refuse_reads();
    write_entries();
  }
}

void RaftNode::follow(const NodeName& leader) {
  if (leader_ != leader) {
    leader_ = leader;
    give_up_forwarded();
  }
}

void RaftNode::start_pre_vote() {
  role_ = Role::pre_candidate;
  follow("");
  votes_.clear();
  reset_election_timer();
  if (is_majority(1)) {
    start_election();
    return;
  }
  const auto body = std::make_shared<const PeerBody>(
      PreVote{hard_.term + 1, log_.last_index(), log_.last_term()});
  for (const auto& [name, peer] : peers_) send(name, body);
}

void RaftNode::handle(const NodeName& from, const PreVote& message) {
  const bool granted = message.term > hard_.term && !heard_leader_recently() &&
                       (bugs_.has(Bug::vote_without_log_check) ||
                        is_up_to_date(message.last_index, message.last_term));
  // Promises nothing, so it need not wait for the disk.
  send(from, PreVoteReply{hard_.term, message.term, granted});
}

void RaftNode::handle(const NodeName& from, const PreVoteReply& message) {
  if (message.term > hard_.term) {
    become_follower(message.term, "");
    return;
  }
  if (role_ != Role::pre_candidate || !message.granted || message.asked_term != hard_.term + 1) {
    return;
  }
  votes_.insert(from);
  if (is_majority(votes_.size() + 1)) start_election();
}

void RaftNode::start_election() {
  hard_ = {hard_.term + 1, self_};
  held_.clear();
  persist_state();
  role_ = Role::candidate;
  votes_.clear();
  effects_->trace("raft.become_candidate", {{"term", hard_.term}});
  reset_election_timer();
  // The vote for oneself is a vote: it must be safe before anybody can count on it.
  const auto body = std::make_shared<const PeerBody>(
      RequestVote{hard_.term, log_.last_index(), log_.last_term()});
  for (const auto& [name, peer] : peers_) send_when_durable(name, body);
}

void RaftNode::handle(const NodeName& from, const RequestVote& message) {
  // Not even the term is taken: the leader's lease stands on nobody being elected meanwhile.
  if (uses_lease() && heard_leader_recently()) return;
  if (message.term > hard_.term) become_follower(message.term, "");
  if (message.term < hard_.term) {
    send_when_durable(from, VoteReply{hard_.term, false});
    return;
  }
  const bool free = hard_.vote.empty() || hard_.vote == from || bugs_.has(Bug::double_vote);
  const bool up_to_date = bugs_.has(Bug::vote_without_log_check) ||
                          is_up_to_date(message.last_index, message.last_term);
  const bool running = role_ == Role::candidate || role_ == Role::leader;
  const bool granted = free && up_to_date && !running;
  if (granted && hard_.vote != from) {
    hard_.vote = from;
    persist_state();
    effects_->trace("raft.vote_granted", {{"term", hard_.term}, {"candidate", from}});
  }
  if (granted) {
    role_ = Role::follower;  // a pre-candidate lets the other one run
    reset_election_timer();
  }
  send_when_durable(from, VoteReply{hard_.term, granted});
}

void RaftNode::handle(const NodeName& from, const VoteReply& message) {
  if (message.term > hard_.term) {
    become_follower(message.term, "");
    return;
  }
  if (role_ != Role::candidate || message.term < hard_.term || !message.granted) return;
  votes_.insert(from);
  become_leader_if_elected();
}

void RaftNode::become_leader_if_elected() {
  const bool own_vote_is_safe = done_write_ >= state_write_;
  if (own_vote_is_safe && is_majority(votes_.size() + 1)) become_leader();
}

void RaftNode::become_leader() {
  role_ = Role::leader;
  leader_ = self_;
  effects_->trace("raft.become_leader", {{"term", hard_.term}});
  effects_->cancel_timer(election_timer);
  effects_->set_timer(heartbeat_timer, config_.heartbeat());
  for (auto& [name, peer] : peers_) {
    peer = Peer();
    peer.next = log_.last_index() + 1;
    peer.heard_at = now_;
  }
  drop_lease();
  // An entry of the own term, so that what earlier terms left can be committed (section 8).
  append_own(Value());
}

void RaftNode::step_down_without_quorum() {
  std::size_t heard = 1;
  for (const auto& [name, peer] : peers_) {
    if (now_ - peer.heard_at <= config_.check_quorum()) ++heard;
  }
  if (!is_majority(heard)) become_follower(hard_.term, "");
}

}  // namespace faultrig::raft_kv
