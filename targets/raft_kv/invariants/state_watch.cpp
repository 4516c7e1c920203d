#include "targets/raft_kv/invariants/state_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::raft_kv {

StateWatch::StateWatch(Findings& findings, const CommitWatch& commits, SessionLimits limits)
    : findings_(findings), commits_(commits), machine_(limits) {
  states_.push_back({machine_.data_digest(), machine_.sessions_digest(), false});
}

const Value& StateWatch::replay_next() {
  const Entry& entry = commits_.at(replayed() + 1).entry;
  if (entry.term == 0) sees_all_ = false;
  const std::uint64_t before = machine_.sessions_digest();
  const bool is_command = !machine_.apply(entry.command).is_nil();
  const bool was_repeat = is_command && machine_.sessions_digest() == before;
  states_.push_back({machine_.data_digest(), machine_.sessions_digest(), was_repeat});
  return entry.command;
}

void StateWatch::after_step(const Step& step) {
  const RaftNode& node = step.node;
  const bool is_other = step.is_start || node.applied_index() != step.before.applied ||
                        node.snapshot().last_index != step.before.snapshot;
  if (!is_other) return;
  if (node.applied_index() > node.commit_index()) {
    findings_.report("apply-after-commit",
                     fmt::format("{} has applied entry {}, and committed only up to {}",
                                 node.name(), node.applied_index(), node.commit_index()));
  }
  if (sees_all_ && node.applied_index() <= replayed()) check_state(step);
}

void StateWatch::check_state(const Step& step) {
  const RaftNode& node = step.node;
  const State found{node.machine().data_digest(), node.machine().sessions_digest(), false};
  const State& right = states_[static_cast<std::size_t>(node.applied_index())];
  if (found.entries == right.entries && found.sessions == right.sessions) return;
  findings_.report("state-digest",
                   fmt::format("{} has applied entry {} and is not in the state that the committed "
                               "entries give",
                               node.name(), node.applied_index()),
                   how_it_differs(step, found));
}

std::vector<std::string> StateWatch::how_it_differs(const Step& step, const State& found) const {
  const Index index = step.node.applied_index();
  const State& right = states_[static_cast<std::size_t>(index)];
  std::vector<std::string> facts;
  if (step.is_start) {
    facts.push_back("after a restart");
  } else if (index > step.before.applied && step.node.log().base_index() == index &&
             step.node.snapshot().last_index == index && step.before.log.last_index() < index) {
    facts.push_back("after a snapshot was installed");
  } else {
    facts.push_back("while applying");
  }
  facts.push_back(found.entries == right.entries ? "only the sessions differ" : "entries differ");
  const auto is_found = [&](const State& state) {
    return state.entries == found.entries && state.sessions == found.sessions;
  };
  if (std::any_of(states_.begin() + index, states_.end(), is_found)) {
    facts.push_back("it is the state of a later entry");
  }
  const Index first = step.is_start ? index : std::max<Index>(step.before.applied + 1, 1);
  for (Index applied = first; applied <= index; ++applied) {
    if (!states_[static_cast<std::size_t>(applied)].was_repeat) continue;
    facts.push_back("a repeated request was applied");
    break;
  }
  return facts;
}

}  // namespace faultrig::raft_kv
