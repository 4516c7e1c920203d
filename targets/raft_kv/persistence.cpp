// Persist before promise: what is written when, and which messages wait for it.
//
// The leader hands its own entries to the disk and to the followers at the same time (dissertation,
// section 10.2.1) and counts itself in a majority only for entries that its own disk has. A leader
// writes one batch at a time: entries that arrive meanwhile share the next write and its fsync.
#include <algorithm>

#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {

PersistId RaftNode::write(DiskWrite::Kind kind, std::string bytes, Index through,
                          std::optional<HardState> state) {
  const PersistId id = next_write_++;
  pending_writes_.push_back({id, through, std::move(state)});
  const bool sync = !bugs_.has(Bug::no_fsync);
  effects_->persist({id, kind, log_file_name, std::move(bytes), sync});
  return id;
}

void RaftNode::persist_state() {
  HardState record = hard_;
  if (bugs_.has(Bug::no_persist_vote)) record.vote.clear();
  state_write_ = write(DiskWrite::Kind::append, encode_state(record), 0, hard_);
}

void RaftNode::write_entries() {
  if (written_ >= log_.last_index()) return;
  if (role_ == Role::leader && entries_in_flight_ > done_write_) return;
  // Names in order spare the sorting, here and in the other frequent events.
  effects_->trace("raft.append", {{"entry_term", log_.last_term()},
                                  {"from", written_ + 1},
                                  {"term", hard_.term},
                                  {"to", log_.last_index()}});
  std::string bytes;
  for (Index index = written_ + 1; index <= log_.last_index(); ++index) {
    append_entry(bytes, index, log_.at(index));
  }
  written_ = log_.last_index();
  entries_in_flight_ = write(DiskWrite::Kind::append, std::move(bytes), written_, std::nullopt);
}

void RaftNode::replace_file() {
  HardState record = hard_;
  if (bugs_.has(Bug::no_persist_vote)) record.vote.clear();
  written_ = log_.last_index();
  entries_in_flight_ = state_write_ =
      write(DiskWrite::Kind::replace, encode_file(record, snapshot_, log_), written_, hard_);
}

// The log has changed from `first` on: what the disk has there, or is about to have, no longer
// counts.
void RaftNode::forget_durability_from(Index first) {
  written_ = std::min(written_, first - 1);
  durable_ = std::min(durable_, first - 1);
  for (PendingWrite& pending : pending_writes_) {
    pending.through = std::min(pending.through, first - 1);
  }
}

// Every promise includes the term, so it waits for that as well: a node that forgot a term could
// help an older leader afterwards.
void RaftNode::send_when_durable(const NodeName& dest, SharedPeerBody body, Index match) {
  if (done_write_ >= state_write_ && durable_ >= match) {
    send(dest, std::move(body));
  } else {
    held_.push_back({dest, std::move(body), state_write_, match});
  }
}

void RaftNode::send_when_durable(const NodeName& dest, PeerMessage message, Index match) {
  send_when_durable(dest, std::make_shared<const PeerBody>(std::move(message)), match);
}

void RaftNode::on_persisted(PersistId id) {
  if (id <= done_write_ || id >= next_write_) return;
  done_write_ = id;
  while (!pending_writes_.empty() && pending_writes_.front().id <= id) {
    durable_ = std::max(durable_, pending_writes_.front().through);
    if (pending_writes_.front().state && promised_ != *pending_writes_.front().state) {
      promised_ = *pending_writes_.front().state;
      ++promises_;
    }
    pending_writes_.pop_front();
  }
  release_held();
  write_entries();
  if (role_ == Role::candidate) become_leader_if_elected();
  if (role_ == Role::leader) advance_commit();
}

void RaftNode::release_held() {
  if (held_.empty()) return;
  std::vector<HeldMessage> waiting;
  for (HeldMessage& held : held_) {
    if (done_write_ >= held.state_write && durable_ >= held.match) {
      send(held.dest, std::move(held.body));
    } else {
      waiting.push_back(std::move(held));
    }
  }
  held_ = std::move(waiting);
}

}  // namespace faultrig::raft_kv
