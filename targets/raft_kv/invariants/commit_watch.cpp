#include "targets/raft_kv/invariants/commit_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::raft_kv {
namespace {

// The entry of a node's log, also when this step put it into a snapshot: then it was in the log as
// last seen, if that log agrees with the snapshot's last entry (one from elsewhere replaces a log
// that does not).
const Entry* entry_of(const Step& step, Index index) {
  const Log& log = step.node.log();
  if (index > log.base_index() && index <= log.last_index()) return &log.at(index);
  const ShadowLog& old = step.before.log;
  const Entry* base = old.at(log.base_index());
  return base != nullptr && base->term == log.base_term() ? old.at(index) : nullptr;
}

}  // namespace

void CommitWatch::after_step(const Step& step) {
  if (elections_.is_new_leader()) check_new_leader(step);
  if (!step.is_start) check_direction(step);
  if (step.leads_on() && step.node.commit_index() > step.before.commit) check_leaders_commit(step);
  if (step.is_start || step.node.commit_index() != step.before.commit) check_commits(step);
}

void CommitWatch::check_new_leader(const Step& step) {
  const RaftNode& leader = step.node;
  const Log& log = leader.log();
  Index last = count();
  while (last > log.base_index() && at(last).commit_term >= leader.term()) --last;
  if (last <= log.base_index() || at(last).entry.term == 0) return;
  if (log.term_at(last) == at(last).entry.term) return;
  Index first = last;
  while (first - 1 > log.base_index() && log.term_at(first - 1) != at(first - 1).entry.term) {
    --first;
  }
  findings_.report(
      "leader-completeness",
      fmt::format("{} leads term {} without entry {} of term {}, committed in term {}",
                  leader.name(), leader.term(), first, at(first).entry.term, at(first).commit_term),
      why_incomplete(leader, last));
}

// A leader that does not know yet of its successor may still commit what it had replicated; then
// the successor has it.
void CommitWatch::check_later_leaders(const Step& step, Index index) {
  const Committed& known = at(index);
  for (const RaftNode* other : step.nodes) {
    if (other == nullptr || other->role() != Role::leader || other->term() <= known.commit_term ||
        index <= other->log().base_index() || known.entry.term == 0 ||
        other->log().term_at(index) == known.entry.term) {
      continue;
    }
    findings_.report("leader-completeness",
                     fmt::format("{} leads term {} without entry {} of term {}, which {} commits "
                                 "in term {}",
                                 other->name(), other->term(), index, known.entry.term,
                                 step.node.name(), known.commit_term),
                     why_incomplete(*other, index));
  }
}

std::vector<std::string> CommitWatch::why_incomplete(const RaftNode& leader, Index index) const {
  const Log& log = leader.log();
  std::vector<std::string> facts;
  // Its opening entry is in the log already.
  const Index last = std::max(log.base_index(), log.last_index() - 1);
  const Term last_term = log.term_at(last).value_or(0);
  if (counted_older_ >= index) {
    facts.push_back("an entry of an older term had been committed by counting");
  } else if (last_term < at(index).entry.term && last >= index) {
    facts.push_back("its log was longer but older");
  } else if (last_term < at(index).entry.term || last < index) {
    facts.push_back("its log was shorter");
  } else {
    facts.push_back("its log was as up to date");
  }
  if (elections_.lost_entries_in_a_restart()) facts.push_back("a restart had lost entries");
  if (findings_.has("cut-on-conflict")) facts.push_back("a log had been cut without a conflict");
  return facts;
}

void CommitWatch::check_leaders_commit(const Step& step) {
  const RaftNode& node = step.node;
  const Index index = node.commit_index();
  const std::optional<Term> term = node.log().term_at(index);
  if (term != node.term()) {
    counted_older_ = std::max(counted_older_, index);
    findings_.report(
        "own-term-commit",
        fmt::format("{} leads term {} and commits entry {} of term {} by counting replicas",
                    node.name(), node.term(), index, term.value_or(0)));
  }
  std::size_t without = 0;
  for (const RaftNode* other : step.nodes) {
    if (other == nullptr) continue;  // its disk may have it
    const Log& log = other->log();
    if (log.base_index() < index && log.term_at(index) != term) ++without;
  }
  if (2 * (node.cluster_size() - without) > node.cluster_size()) return;
  findings_.report("commit-quorum",
                   fmt::format("{} commits entry {} that {} of {} nodes do not have", node.name(),
                               index, without, node.cluster_size()),
                   {elections_.lost_entries_in_a_restart() ? "a restart had lost entries"
                                                           : "no restart had lost entries"});
}

void CommitWatch::check_direction(const Step& step) {
  const RaftNode& node = step.node;
  const bool is_snapshots = node.applied_index() == node.snapshot().last_index;
  const char* how = is_snapshots ? "a snapshot was installed" : "its log was cut";
  if (node.commit_index() < step.before.commit) {
    findings_.report("monotone-commit",
                     fmt::format("the commit index of {} goes back from {} to {}", node.name(),
                                 step.before.commit, node.commit_index()),
                     {how});
  }
  if (node.applied_index() < step.before.applied) {
    findings_.report("monotone-applied",
                     fmt::format("the applied index of {} goes back from {} to {}", node.name(),
                                 step.before.applied, node.applied_index()),
                     {how});
  }
}

void CommitWatch::check_commits(const Step& step) {
  const RaftNode& node = step.node;
  // After a restart a node may find its commits again from the start.
  const Index from = step.is_start ? 0 : std::min(step.before.commit, node.commit_index());
  for (Index index = from + 1; index <= node.commit_index(); ++index) {
    if (index > count()) {
      learn(step, index);
      continue;
    }
    const Entry* entry = entry_of(step, index);
    const Entry& known = at(index).entry;
    if (known.term == 0 || entry == nullptr || is_same(*entry, known)) continue;
    findings_.report("state-machine-safety",
                     fmt::format("{} commits at {} an entry of term {}; the one of term {} was "
                                 "committed there before",
                                 node.name(), index, entry->term, known.term),
                     {who_committed(step, index)});
  }
}

void CommitWatch::learn(const Step& step, Index index) {
  const Entry* entry = entry_of(step, index);
  committed_.push_back({entry == nullptr ? Entry() : *entry, step.node.term()});
  check_later_leaders(step, index);
  if (step.node.role() == Role::leader) return;
  findings_.report(
      "leader-commits-first",
      fmt::format("{} follows and commits entry {} before any leader has", step.node.name(), index),
      {who_committed(step, index)});
}

std::string CommitWatch::who_committed(const Step& step, Index index) const {
  if (step.node.role() == Role::leader) return "a leader committed it";
  const Entry* entry = entry_of(step, index);
  for (const RaftNode* other : step.nodes) {
    if (other == nullptr || other->role() != Role::leader || other->term() != step.node.term()) {
      continue;
    }
    const Log& log = other->log();
    const bool has_it =
        index <= log.base_index() || (entry != nullptr && log.term_at(index) == entry->term);
    return has_it ? "a follower committed what its leader has"
                  : "a follower committed what its leader does not have";
  }
  return "a follower committed it, its leader is gone";
}

}  // namespace faultrig::raft_kv
