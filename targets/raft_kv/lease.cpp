// Reads by lease: a leader that a majority has lately answered may read without asking again
// (dissertation, section 6.4.1).
//
// The promise. Who hears from a leader elects nobody else for election_min: it neither gives a
// (pre-)vote nor takes a higher term from a request for one (section 4.2.3), whatever else it
// hears. A node that starts again has forgotten when it last heard, so it keeps the promise from
// its start on. Every later leader needs a vote of the majority that answered, so there is none
// before the first of those promises ends.
//
// The lease. It runs from the moment the answered round was sent (the followers heard it later),
// for a length shorter than the promise: the clocks of two nodes need not run equally fast. Only
// the monotonic clock measures lengths; the wall clock can be set back.
#include <algorithm>
#include <functional>

#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {
namespace {

// Clocks may differ by up to this much of the time that has passed.
constexpr std::int64_t drift_percent = 10;

}  // namespace

bool RaftNode::uses_lease() const {
  return config_.reads == ReadMode::lease || bugs_.has(Bug::lease_read_clock);
}

NodeTime RaftNode::lease_clock() const { return bugs_.has(Bug::lease_read_clock) ? wall_ : now_; }

bool RaftNode::is_bound_by_lease() const {
  return now_ - leader_heard_at_ < config_.election_min();
}

// Every message that a leader sends from now on carries the new number.
void RaftNode::begin_round() {
  ++round_;
  if (uses_lease()) round_starts_.push_back({round_, lease_clock()});
}

void RaftNode::renew_lease() {
  if (round_starts_.empty()) return;
  std::vector<std::int64_t> rounds = {round_};  // its own answer is certain
  for (const auto& [name, peer] : peers_) rounds.push_back(peer.acked_round);
  std::sort(rounds.begin(), rounds.end(), std::greater<>());
  const std::int64_t confirmed = rounds[cluster_size() / 2];
  while (!round_starts_.empty() && round_starts_.front().round <= confirmed) {
    lease_from_ = round_starts_.front().sent_at;
    round_starts_.pop_front();
  }
}

bool RaftNode::holds_lease() const {
  if (!lease_from_) return false;
  const NodeTime length = NodeTime(config_.election_min()) * (100 - drift_percent) / 100;
  return lease_clock() - *lease_from_ < length;
}

void RaftNode::drop_lease() {
  round_starts_.clear();
  lease_from_.reset();
}

}  // namespace faultrig::raft_kv
