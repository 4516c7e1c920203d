#include "targets/raft_kv/bugs.hpp"

namespace faultrig::raft_kv {

const std::vector<BugInfo>& all_bugs() {
  static const std::vector<BugInfo> bugs = {
      {.bug = Bug::double_vote,
       .name = "raft-double-vote",
       .summary =
           "A node votes again in a term in which it has already voted for another candidate.",
       .breaks = "election safety",
       .shows = "two leaders of one term",
       .source = "Raft paper, Figure 2, RequestVote rule 2; camunda/zeebe#5356",
       .teaches =
           "A vote is free only while this term's vote is empty or is for the same candidate. Two "
           "majorities share a node; if that node votes twice, both candidates win."},
      {.bug = Bug::forget_vote_on_stepdown,
       .name = "raft-forget-vote-on-stepdown",
       .summary =
           "A candidate or leader that steps down within its term forgets that it has voted in it.",
       .breaks = "election safety",
       .shows = "two votes of one node in one term",
       .source = "akka-raft#56; camunda/zeebe#5368",
       .teaches = "The vote belongs to the term, not to the role: it is cleared only when the term "
                  "grows. A candidate that follows the winner has still voted, for itself."},
      {.bug = Bug::no_persist_vote,
       .name = "raft-no-persist-vote",
       .summary =
           "The vote is kept in memory only, so a restarted node votes again in the same term.",
       .breaks = "election safety",
       .shows = "two votes of one node in one term",
       .source = "Raft paper, Figure 2, persistent state",
       .teaches = "Term and vote must be on the disk before the vote is sent. Otherwise a restart "
                  "makes a second vote in the same term possible."},
      {.bug = Bug::vote_without_log_check,
       .name = "raft-vote-without-log-check",
       .summary = "A node votes for a candidate whose log is behind its own.",
       .breaks = "leader completeness",
       .shows = "an acknowledged write disappears",
       .source = "Raft paper, section 5.4.1",
       .teaches =
           "A voter refuses a candidate whose log is less up to date than its own. A committed "
           "entry is on a majority, so somebody in every majority of voters then protects it."},
      {.bug = Bug::log_check_length_only,
       .name = "raft-log-check-length-only",
       .summary =
           "A voter compares how long the logs are, and not the terms of their last entries.",
       .breaks = "leader completeness",
       .shows = "an acknowledged write disappears",
       .source = "Raft paper, section 5.4.1",
       .teaches = "The log with the later last term is more up to date, whatever its length; the "
                  "length decides only between equal last terms. A long tail of an old term may "
                  "never have been committed."},
      {.bug = Bug::commit_old_term_entry,
       .name = "raft-commit-old-term-entry",
       .summary = "A leader commits an entry of an earlier term by counting its replicas.",
       .breaks = "leader completeness",
       .shows = "an acknowledged write disappears",
       .source = "Raft paper, section 5.4.2 and Figure 8; logcabin#44",
       .teaches = "Only an entry of the leader's own term is committed by counting; it carries all "
                  "before it. An older entry on a majority can still lose against a candidate with "
                  "a later last term."},
      {.bug = Bug::commit_min_of_last_log,
       .name = "raft-commit-min-of-last-log",
       .summary = "A follower commits up to the end of its own log, also entries that the leader "
                  "has not confirmed.",
       .breaks = "state-machine safety",
       .shows = "two nodes apply different entries at one index",
       .source = "copycat#265; scylla#9965",
       .teaches =
           "A follower commits at most up to the last entry that this very message showed to "
           "agree. What lies beyond may be a tail of an old leader that will be cut off."},
      {.bug = Bug::truncate_on_any_append,
       .name = "raft-truncate-on-any-append",
       .summary = "A follower cuts its log behind any append, also where nothing contradicts it.",
       .breaks = "durability of acknowledged writes",
       .shows = "an acknowledged write disappears",
       .source = "Raft paper, Figure 2, AppendEntries rule 3; hashicorp/raft#113",
       .teaches =
           "Cut only where an entry with the same index has another term. An append that arrives "
           "late or twice says less than the log already has, and has been acknowledged."},
      {.bug = Bug::skip_prev_check,
       .name = "raft-skip-prev-check",
       .summary = "A follower appends entries without comparing the entry before them.",
       .breaks = "log matching",
       .shows = "two logs agree at an entry and differ below",
       .source = "Raft paper, Figure 2, AppendEntries rule 2",
       .teaches =
           "Entries are taken only when the log has the entry just before them with the same term. "
           "This comparison is the induction that makes logs equal below an equal entry."},
      {.bug = Bug::ack_before_commit,
       .name = "raft-ack-before-commit",
       .summary = "A leader answers a write once it is in its own log, before a majority has it.",
       .breaks = "durability of acknowledged writes",
       .shows = "an acknowledged write disappears",
       .source = "Raft paper, section 5.3",
       .teaches = "A write is answered when its entry is committed and applied. Before that the "
                  "next leader may never have heard of it."},
      {.bug = Bug::apply_before_commit,
       .name = "raft-apply-before-commit",
       .summary =
           "A node applies entries as soon as they are in its log, before they are committed.",
       .breaks = "read committed",
       .shows = "a value is read that later was never written",
       .source = "Raft paper, section 5.3; Jepsen: Redis-Raft",
       .teaches = "Only committed entries are applied. An entry that is only in a log can still be "
                  "replaced, but what was read of it cannot be taken back."},
      {.bug = Bug::respond_by_index_only,
       .name = "raft-respond-by-index-only",
       .summary = "A node answers whoever waits at an index with what was committed there, whoever "
                  "asked for it.",
       .breaks = "linearizability",
       .shows = "a client gets the answer to another request",
       .source = "MIT 6.5840, lab 4A",
       .teaches =
           "A waiter at an index compares the term too: after a change of leader another request "
           "may have been committed there. Then the outcome of the own one is unknown."},
      {.bug = Bug::stale_read_from_old_leader,
       .name = "raft-stale-read-from-old-leader",
       .summary = "A node that believes itself leader answers reads from its own state without "
                  "asking a majority whether it still is.",
       .breaks = "linearizability of reads",
       .shows = "a read misses a write that was acknowledged before",
       .source = "Raft paper, section 8; dissertation, section 6.4",
       .teaches = "A leader may have been deposed without knowing it. Before it answers a read a "
                  "majority must confirm that it still leads."},
      {.bug = Bug::readindex_before_noop,
       .name = "raft-readindex-before-noop",
       .summary = "A new leader serves reads before it has committed an entry of its own term.",
       .breaks = "linearizability of reads",
       .shows = "a read misses a write that was acknowledged before",
       .source = "dissertation, section 6.4; etcd#7331; tikv#9239",
       .teaches = "A new leader has every committed entry but does not know how far they go. Its "
                  "own first entry, once committed, tells it; reads wait for that."},
      {.bug = Bug::lease_read_clock,
       .name = "raft-lease-read-clock",
       .summary =
           "The read lease of a leader is measured on the wall clock, which can be set back.",
       .breaks = "linearizability of reads",
       .shows = "a read misses a write that was acknowledged before",
       .source = "dissertation, section 6.4.1; tikv#964; etcd#6005",
       .teaches = "A lease is a length of time, so it is measured on the monotonic clock, from "
                  "before its round was sent and shorter than the followers' promise. A wall clock "
                  "that jumps back makes it outlive the promise."},
      {.bug = Bug::no_client_dedup,
       .name = "raft-no-client-dedup",
       .summary = "A request that arrives twice is done twice.",
       .breaks = "exactly-once effect of requests",
       .shows = "a write takes effect again after later ones",
       .source = "dissertation, section 6.3",
       .teaches = "The state machine remembers which requests it has done and their replies. A "
                  "message may be repeated by the network, and a request may be in the log twice."},
      {.bug = Bug::dedup_not_in_snapshot,
       .name = "raft-dedup-not-in-snapshot",
       .summary = "A snapshot holds the data but not the memory of which requests were done.",
       .breaks = "exactly-once effect of requests",
       .shows = "nodes at one applied index remember different requests",
       .source = "dissertation, section 6.3; MIT 6.5840, lab 4B",
       .teaches = "The sessions are part of the replicated state and travel in snapshots. A node "
                  "restored without them does a repeated request again, and the others do not."},
      {.bug = Bug::no_fsync,
       .name = "raft-no-fsync",
       .summary = "A node promises durability without waiting for the disk to have the bytes.",
       .breaks = "durability of acknowledged writes",
       .shows = "an acknowledged write disappears when the power fails",
       .source = "Raft paper, section 5.1; Jepsen: NATS 2.12.1",
       .teaches = "Votes and entries are promised only once the disk says that it has them. What "
                  "the operating system buffers is gone when the power fails."},
      {.bug = Bug::apply_twice_after_restart,
       .name = "raft-apply-twice-after-restart",
       .summary = "The state is stored under the applied index from before the last batch, so that "
                  "a restart applies the batch again.",
       .breaks = "state-machine safety",
       .shows = "the state at one applied index differs between nodes",
       .source = "etcd#13766",
       .teaches = "State and applied index are stored together, as of one moment. A state that is "
                  "newer than its index gets its last entries a second time."},
      {.bug = Bug::install_older_snapshot,
       .name = "raft-install-older-snapshot",
       .summary =
           "A follower installs any snapshot that arrives, also one below what it has committed.",
       .breaks = "state-machine safety",
       .shows = "the applied index of a node goes back",
       .source = "etcd#1763; openraft#543",
       .teaches =
           "A snapshot is installed only when it is ahead of what is committed here. A late or "
           "repeated one would turn the state back, and may drop entries that were acknowledged."},
  };
  return bugs;
}

BugSet bugs_named(const std::vector<std::string>& names) {
  return faultrig::bugs_named<BugSet>(names, all_bugs());
}

BugSet parse_bugs(std::string_view text) { return bugs_named(bug_names_in(text)); }

}  // namespace faultrig::raft_kv
