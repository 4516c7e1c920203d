// Reads without log entries: ReadIndex (dissertation, section 6.4).
//
// Reads that arrive while a round is in progress wait for the next one: a round proves leadership
// only at moments after its messages were sent. Three conditions, in this order: the leader has
// committed an entry of its own term (before that it may not know the newest commit), a majority
// has answered the round, and the state has applied what was committed when the round began. With
// a lease (lease.cpp) there is no round to wait for.
#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {

bool RaftNode::has_committed_in_own_term() const { return log_.term_at(commit_) == hard_.term; }

void RaftNode::request_read(PendingRead read) {
  const bool asks_nobody = bugs_.has(Bug::stale_read_from_old_leader) || holds_lease();
  if (asks_nobody && has_committed_in_own_term()) {
    answer(read.requester, machine_.read(read.operation));
    return;
  }
  waiting_reads_.push_back(std::move(read));
  if (!read_round_) start_read_round();
}

void RaftNode::start_read_round() {
  if (waiting_reads_.empty()) return;
  if (!has_committed_in_own_term() && !bugs_.has(Bug::readindex_before_noop)) return;
  begin_round();
  read_round_ = ReadRound{round_, commit_, std::move(waiting_reads_)};
  waiting_reads_.clear();
  // Lost messages of the round are made good by the next heartbeat, which carries its number too.
  for (auto& [name, peer] : peers_) send_empty_append(name, peer);
  finish_confirmed_reads();  // a cluster of one is its own majority
}

void RaftNode::finish_confirmed_reads() {
  if (!read_round_ || applied_ < read_round_->read_index) return;
  std::size_t confirmed = 1;
  for (const auto& [name, peer] : peers_) {
    if (peer.acked_round >= read_round_->round) ++confirmed;
  }
  if (!is_majority(confirmed)) return;
  const ReadRound done = std::move(*read_round_);
  read_round_.reset();
  for (const PendingRead& read : done.reads) answer(read.requester, machine_.read(read.operation));
  start_read_round();
}

// A read that was not answered has no effect, so a definite error is true.
void RaftNode::refuse_reads() {
  std::vector<PendingRead> reads = std::move(waiting_reads_);
  waiting_reads_.clear();
  if (read_round_) {
    reads.insert(reads.end(), read_round_->reads.begin(), read_round_->reads.end());
    read_round_.reset();
  }
  for (const PendingRead& read : reads) {
    answer_error(read.requester, ErrorCode::temporarily_unavailable, "no longer the leader");
  }
}

}  // namespace faultrig::raft_kv
