#include "targets/raft_kv/invariants/election_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::raft_kv {

void ElectionWatch::after_step(const Step& step) {
  const RaftNode& node = step.node;
  if (step.is_start && step.before.lives > 0) check_promises(step);
  if (!step.is_start && step.before.role != Role::follower && node.role() == Role::follower &&
      step.before.term == node.term()) {
    ++step_downs_[node.name()];
  }
  if (step.is_start || step.before.promises != node.promises()) check_one_vote(step);
  check_one_leader(step);
}

void ElectionWatch::check_one_leader(const Step& step) {
  const RaftNode& node = step.node;
  is_new_leader_ = false;
  if (node.role() != Role::leader || step.leads_on()) return;
  is_new_leader_ = true;
  const auto at = leaders_.emplace(node.term(), node.name()).first;
  if (at->second == node.name()) return;
  findings_.report(
      "election-safety",
      fmt::format("{} and {} are both leader of term {}", at->second, node.name(), node.term()),
      {voted_twice_.contains(node.term()) ? "a voter voted twice"
                                          : "nobody was seen voting twice"});
}

void ElectionWatch::check_one_vote(const Step& step) {
  const RaftNode& node = step.node;
  const HardState& promised = node.promised();
  if (promised.vote.empty()) return;
  const int life = step.before.lives + (step.is_start ? 1 : 0);
  const Vote vote{promised.vote, life, step_downs_[node.name()]};
  const Vote& first = votes_.emplace(std::pair(node.name(), promised.term), vote).first->second;
  if (first.candidate == vote.candidate) return;
  voted_twice_.insert(promised.term);
  const char* between = first.life != vote.life               ? "restarted between the votes"
                        : first.step_downs != vote.step_downs ? "stepped down between the votes"
                                                              : "no restart between the votes";
  findings_.report("one-vote",
                   fmt::format("{} voted for {} and for {} in term {}", node.name(),
                               first.candidate, vote.candidate, promised.term),
                   {between});
}

// What was on the disk before and is not there now.
void ElectionWatch::check_promises(const Step& step) {
  const HardState& before = step.before.promised;
  const HardState& now = step.node.promised();
  const char* missing = nullptr;
  if (now.term < before.term) {
    missing = "the term was missing";
  } else if (now.term == before.term && !before.vote.empty() && now.vote != before.vote) {
    missing = "the vote was missing";
  }
  const ShadowLog& old = step.before.log;
  const Log& log = step.node.log();
  const Index first = std::max(old.base_index(), log.base_index()) + 1;
  for (Index index = first; index <= step.before.durable && !lost_entries_; ++index) {
    const Entry* entry = old.at(index);
    if (entry == nullptr) break;
    lost_entries_ = index > log.last_index() || !is_same(log.at(index), *entry);
    if (lost_entries_) missing = "entries were missing";
  }
  if (missing == nullptr) return;
  std::vector<std::string> facts = {missing};
  const auto vote = votes_.find({step.node.name(), before.term});
  if (vote != votes_.end() && vote->second.step_downs != step_downs_[step.node.name()]) {
    facts.push_back("stepped down since the vote");
  }
  findings_.report("durable-promise",
                   fmt::format("{} restarts with term {}, vote `{}` and entries up to {}, and had "
                               "promised term {}, vote `{}` and entries up to {}",
                               step.node.name(), now.term, now.vote, log.last_index(), before.term,
                               before.vote, step.before.durable),
                   std::move(facts));
}

}  // namespace faultrig::raft_kv
