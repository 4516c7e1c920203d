// Replication: append_entries both ways, fast back-up, commit (paper, sections 5.3 and 5.4.2).
//
// A leader has at most one message with entries under way to each follower; entries that arrive
// meanwhile go together in the next one. Heartbeats are empty appends, go out regardless and never
// wait. A follower that falls silent gets heartbeats only, until it answers one.
#include <algorithm>

#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {

void RaftNode::on_heartbeat_timer() {
  step_down_without_quorum();
  if (role_ != Role::leader) return;
  effects_->set_timer(heartbeat_timer, config_.heartbeat());
  if (uses_lease()) begin_round();
  for (auto& [name, peer] : peers_) send_empty_append(name, peer);
}

void RaftNode::append_own(Value command) {
  log_.append({hard_.term, std::move(command)});
  write_entries();
  apply_committed();
  replicate_to_all();
}

void RaftNode::replicate_to_all() {
  for (auto& [name, peer] : peers_) replicate_to(name, peer);
}

void RaftNode::replicate_to(const NodeName& name, Peer& peer) {
  if (peer.outstanding || peer.next > log_.last_index()) return;
  peer.outstanding = true;
  peer.sent_at = now_;
  if (peer.next <= log_.base_index()) {
    send_snapshot(name, peer);
    return;
  }
  const Index prev = peer.next - 1;
  const SharedPeerBody& body = append_body(prev, true);
  const auto& message = std::get<AppendEntries>(body->message());
  peer.outstanding_through = prev + static_cast<Index>(message.entries.size());
  send(name, body);
}

// Followers that keep up all need the same append.
const SharedPeerBody& RaftNode::append_body(Index prev, bool with_entries) {
  const LastAppend wanted{log_.version(), hard_.term, prev, commit_, round_, with_entries};
  if (last_append_body_ != nullptr && last_append_ == wanted) return last_append_body_;
  std::vector<Entry> entries;
  if (with_entries) {
    entries = log_.slice(prev + 1, config_.append_entries, config_.append_bytes);
  }
  last_append_ = wanted;
  last_append_body_ = std::make_shared<const PeerBody>(AppendEntries{
      hard_.term, prev, log_.term_at(prev).value_or(0), commit_, round_, std::move(entries)});
  return last_append_body_;
}

void RaftNode::send_empty_append(const NodeName& name, Peer& peer) {
  send(name, append_body(std::max(peer.next - 1, log_.base_index()), false));
}

void RaftNode::handle(const NodeName& from, const AppendEntries& message) {
  if (message.term < hard_.term) {
    reject(from, message);
    return;
  }
  if (message.term == hard_.term && role_ == Role::leader) return;  // two leaders: only with a bug
  if (message.term > hard_.term || role_ != Role::follower) become_follower(message.term, from);
  follow(from);
  leader_heard_at_ = now_;
  reset_election_timer();

  // What our snapshot covers is committed, so it agrees with every leader of this term or later.
  const auto count = static_cast<Index>(message.entries.size());
  const Index skip = std::clamp<Index>(log_.base_index() - message.prev_index, 0, count);
  const Index prev_index = message.prev_index + skip;
  if (prev_index >= log_.base_index()) {
    const Term prev_term =
        skip == 0 ? message.prev_term : message.entries[static_cast<std::size_t>(skip - 1)].term;
    if (log_.term_at(prev_index) != prev_term && !bugs_.has(Bug::skip_prev_check)) {
      reject(from, message);
      return;
    }
    take_entries(message, prev_index, static_cast<std::size_t>(skip));
  }
  const Index match = message.prev_index + count;
  send_when_durable(from,
                    AppendReply{hard_.term, true, message.prev_index, match, 0, message.round},
                    std::min(match, log_.last_index()));
  // Only up to `match`: what lies beyond it may be a tail that the leader does not have.
  const bool as_far_as_the_log = bugs_.has(Bug::commit_min_of_last_log);
  commit_to(as_far_as_the_log ? message.commit : std::min(message.commit, match));
}

// Figure 2, AppendEntries rules 3 and 4: cuts only where an entry really differs, since a message
// may be an old one that says less than the log already has.
void RaftNode::take_entries(const AppendEntries& message, Index prev_index, std::size_t skip) {
  Index index = prev_index;
  for (std::size_t i = skip; i < message.entries.size(); ++i) {
    const Entry& entry = message.entries[i];
    ++index;
    const bool is_there = log_.term_at(index) == entry.term;
    if (is_there && !bugs_.has(Bug::truncate_on_any_append)) continue;
    if (index <= log_.last_index()) {
      effects_->trace("raft.truncate", {{"from", index}, {"to", log_.last_index()}});
      answer_lost_from(index, log_.last_index());
      log_.truncate_from(index);
      forget_durability_from(index);
      if (bugs_.has(Bug::apply_before_commit)) applied_ = std::min(applied_, index - 1);
    }
    log_.append(entry);
  }
  write_entries();
  apply_committed();
}

// Tells where the leader had better go on (end of section 5.3).
void RaftNode::reject(const NodeName& from, const AppendEntries& message) {
  AppendReply reply{hard_.term, false, message.prev_index, log_.last_index() + 1, 0, message.round};
  if (message.prev_index <= log_.last_index() && message.prev_index > log_.base_index()) {
    reply.conflict_term = log_.at(message.prev_index).term;
    reply.index = log_.first_of_run(message.prev_index);
  }
  send_when_durable(from, reply);
}

void RaftNode::handle(const NodeName& from, const AppendReply& message) {
  if (message.term > hard_.term) {
    become_follower(message.term, "");
    return;
  }
  if (role_ != Role::leader || message.term < hard_.term) return;
  Peer& peer = peers_.at(from);
  const bool was_silent = now_ - peer.sent_at > 3 * NodeTime(config_.heartbeat());
  peer.heard_at = now_;
  peer.acked_round = std::max(peer.acked_round, std::min(message.round, round_));
  if (peer.outstanding && was_silent) peer.outstanding = false;  // lost: send it again
  if (!message.accepted) {
    back_up(peer, message);
  } else if (message.index <= log_.last_index()) {
    peer.match = std::max(peer.match, message.index);
    peer.next = std::max(peer.next, peer.match + 1);
    if (peer.match >= peer.outstanding_through) peer.outstanding = false;
    advance_commit();
  }
  renew_lease();
  finish_confirmed_reads();
  replicate_to(from, peer);
}

void RaftNode::back_up(Peer& peer, const AppendReply& message) {
  // Only the answer to where we stand now; an older one has been dealt with.
  if (message.prev_index != peer.next - 1 || message.prev_index <= peer.match) return;
  Index next = message.index;
  if (message.conflict_term > 0) {
    if (const std::optional<Index> last = log_.last_with_term(message.conflict_term)) {
      next = *last + 1;
    }
  }
  // At least one back each time, and never behind what is known to agree.
  peer.next = std::max(peer.match + 1, std::min(next, message.prev_index));
  peer.outstanding = false;
  peer.outstanding_through = 0;
}

void RaftNode::advance_commit() {
  std::vector<Index> matches = {durable_};
  for (const auto& [name, peer] : peers_) matches.push_back(peer.match);
  std::sort(matches.begin(), matches.end(), std::greater<>());
  const Index replicated = matches[cluster_size() / 2];  // a majority has everything up to here
  if (replicated <= commit_) return;
  // Section 5.4.2, Figure 8: only an entry of the own term counts; it carries the earlier ones.
  const bool is_own_term = log_.term_at(replicated) == hard_.term;
  if (is_own_term || bugs_.has(Bug::commit_old_term_entry)) commit_to(replicated);
  if (!read_round_) start_read_round();
}

void RaftNode::commit_to(Index index) {
  index = std::min(index, log_.last_index());
  if (index <= commit_) return;
  commit_ = index;
  const Term entry_term = log_.term_at(index).value_or(0);
  effects_->trace("raft.commit", {{"entry_term", entry_term}, {"index", index}});
  const Index applied_before = applied_;
  apply_committed();
  take_snapshot_if_due(applied_before);
}

void RaftNode::apply_committed() {
  const Index through = bugs_.has(Bug::apply_before_commit) ? log_.last_index() : commit_;
  while (applied_ < through) {
    ++applied_;
    const Entry& entry = log_.at(applied_);
    answer_applied(applied_, entry, machine_.apply(entry.command));
  }
}

}  // namespace faultrig::raft_kv
