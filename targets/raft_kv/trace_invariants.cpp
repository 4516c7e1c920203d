#include "targets/raft_kv/trace_invariants.hpp"

#include <fmt/format.h>

namespace faultrig::raft_kv {

void TraceInvariants::on_event(const TraceEvent& event) {
  // Behind a gap it may be another life.
  if (continuity_.take(event) != TraceContinuity::Place::next) votes_[event.node].clear();
  const std::int64_t term = event.fields.integer_or("term", 0);
  if (event.event == "raft.commit") {
    on_commit(event.node, event.fields.integer_or("index", 0),
              event.fields.integer_or("entry_term", 0));
  } else if (event.event == "raft.become_leader") {
    on_leader(event.node, term);
  } else if (event.event == "raft.become_candidate") {
    on_vote(event.node, term, event.node);
  } else if (event.event == "raft.vote_granted") {
    on_vote(event.node, term, event.fields.string_or("candidate", ""));
  } else if (event.event == "raft.snapshot_install" || event.event == "raft.snapshot_create") {
    on_commit(event.node, event.fields.integer_or("index", 0), term);
  }
}

void TraceInvariants::on_leader(const NodeName& node, std::int64_t term) {
  if (term <= 0) return;
  const auto [first, is_new] = leaders_.try_emplace(term, node);
  if (is_new || first->second == node) return;
  findings_.report("election-safety",
                   fmt::format("{} and {} both lead term {}", first->second, node, term));
}

void TraceInvariants::on_vote(const NodeName& node, std::int64_t term, const NodeName& candidate) {
  if (term <= 0 || candidate.empty()) return;
  const auto [first, is_new] = votes_[node].try_emplace(term, candidate);
  if (is_new || first->second == candidate) return;
  findings_.report(
      "one-vote",
      fmt::format("{} votes for {} and for {} in term {}", node, first->second, candidate, term),
      {"no restart between the votes"});
}

void TraceInvariants::on_commit(const NodeName& node, std::int64_t index, std::int64_t term) {
  if (index <= 0 || term <= 0) return;
  const auto [first, is_new] = committed_.try_emplace(index, Committed{term, node});
  if (is_new || first->second.term == term) return;
  findings_.report("state-machine-safety",
                   fmt::format("{} commits at {} an entry of term {}; {} committed one of term {} "
                               "there",
                               node, index, term, first->second.by, first->second.term));
}

}  // namespace faultrig::raft_kv
