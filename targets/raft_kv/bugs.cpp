#include "targets/raft_kv/bugs.hpp"

#include <fmt/format.h>

#include "harness/errors.hpp"

namespace faultrig::raft_kv {

const std::vector<BugInfo>& all_bugs() {
  static const std::vector<BugInfo> bugs = {
      {Bug::double_vote, "raft-double-vote",
       "A node votes again in a term in which it has already voted for another candidate.",
       "election safety", "Raft paper, Figure 2, RequestVote rule 2; camunda/zeebe#5356"},
      {Bug::vote_without_log_check, "raft-vote-without-log-check",
       "A node votes for a candidate whose log is behind its own.", "leader completeness",
       "Raft paper, section 5.4.1"},
      {Bug::commit_old_term_entry, "raft-commit-old-term-entry",
       "A leader commits an entry of an earlier term by counting its replicas.",
       "leader completeness", "Raft paper, section 5.4.2 and Figure 8; logcabin#44"},
      {Bug::ack_before_commit, "raft-ack-before-commit",
       "A leader answers a write once it is in its own log, before a majority has it.",
       "durability of acknowledged writes", "Raft paper, section 5.3"},
      {Bug::stale_read_from_old_leader, "raft-stale-read-from-old-leader",
       "A node that believes itself leader answers reads from its own state without asking a "
       "majority whether it still is.",
       "linearizability of reads", "Raft paper, section 8; dissertation, section 6.4"},
      {Bug::no_persist_vote, "raft-no-persist-vote",
       "The vote is kept in memory only, so a restarted node votes again in the same term.",
       "election safety", "Raft paper, Figure 2, persistent state"},
      {Bug::skip_prev_check, "raft-skip-prev-check",
       "A follower appends entries without comparing the entry before them.", "log matching",
       "Raft paper, Figure 2, AppendEntries rule 2"},
      {Bug::no_fsync, "raft-no-fsync",
       "A node promises durability without waiting for the disk to have the bytes.",
       "durability of acknowledged writes", "Raft paper, section 5.1; Jepsen: NATS 2.12.1"},
  };
  return bugs;
}

BugSet parse_bugs(std::string_view text) {
  BugSet result;
  std::vector<std::string> known;
  for (const BugInfo& info : all_bugs()) known.emplace_back(info.name);
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string name(text.substr(0, comma));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    const BugInfo* found = nullptr;
    for (const BugInfo& info : all_bugs()) {
      if (info.name == name) found = &info;
    }
    if (found == nullptr) {
      const std::string near = nearest_word(name, known);
      throw UsageError(
          fmt::format("unknown bug `{}`", name),
          near.empty() ? "--help lists the bugs" : fmt::format("did you mean `{}`?", near));
    }
    result.add(found->bug);
  }
  return result;
}

}  // namespace faultrig::raft_kv
