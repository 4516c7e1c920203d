#include "targets/bank_2pc/bugs.hpp"

namespace faultrig::bank_2pc {

const std::vector<BugInfo>& all_bugs() {
  static const std::vector<BugInfo> bugs = {
      {.bug = Bug::coordinator_forgets_decision,
       .name = "tpc-coordinator-forgets-decision",
       .summary = "A coordinator tells participants to commit without having written it down.",
       .breaks = "atomic commitment",
       .shows = "one side of a transfer is committed and the other aborted",
       .source = "Gray and Reuter, Transaction Processing, chapter 10",
       .teaches =
           "The decision to commit is on the coordinator's disk before anybody hears of it. Under "
           "presumed abort a coordinator that finds no record says abort, also when some "
           "participants have committed already."},
      {.bug = Bug::no_durable_prepare,
       .name = "tpc-no-durable-prepare",
       .summary = "A participant votes yes while its prepared state is in memory only.",
       .breaks = "atomic commitment",
       .shows = "a vote is forgotten, and with it one side of a transfer",
       .source = "Gray and Reuter, Transaction Processing, chapter 10",
       .teaches =
           "A yes is a promise to be able to commit, whatever happens. What the transaction does "
           "must be on the disk before the vote leaves, or a restart breaks the promise."},
      {.bug = Bug::abort_after_prepare,
       .name = "tpc-abort-after-prepare",
       .summary = "A participant that has voted yes aborts when the decision is late.",
       .breaks = "atomic commitment",
       .shows = "one side of a transfer is committed and the other aborted",
       .source = "Bernstein, Hadzilacos and Goodman, section 7.4",
       .teaches =
           "After a yes a participant may not decide alone: the others may have committed. It asks "
           "the coordinator, then the other participants, and else it waits."},
      {.bug = Bug::commit_after_prepare,
       .name = "tpc-commit-after-prepare",
       .summary = "A participant that has voted yes commits when the decision is late.",
       .breaks = "atomic commitment",
       .shows = "a transaction commits without all its votes",
       .source = "Bernstein, Hadzilacos and Goodman, section 7.4",
       .teaches = "One yes is not everybody's yes: another participant may have refused. Only the "
                  "coordinator has seen all votes."},
      {.bug = Bug::presume_commit,
       .name = "tpc-presume-commit",
       .summary = "A restarted participant commits whatever it finds prepared.",
       .breaks = "atomic commitment",
       .shows = "a transaction commits without all its votes",
       .source = "Mohan, Lindsay and Obermarck, Transaction Management in R*, 1986",
       .teaches =
           "What is prepared is in doubt, and a restart does not change that. Under presumed "
           "abort silence means abort, and only the coordinator's record means commit."},
      {.bug = Bug::early_lock_release,
       .name = "tpc-early-lock-release",
       .summary = "A participant releases its locks with its vote, before the decision.",
       .breaks = "isolation",
       .shows = "a read sees one side of a transfer",
       .source = "Bernstein, Hadzilacos and Goodman, chapter 3 (strict two-phase locking)",
       .teaches = "Locks are held until the decision is carried out. Who reads between vote and "
                  "decision sees one account before the transfer and the other after it."},
      {.bug = Bug::read_no_lock,
       .name = "tpc-read-no-lock",
       .summary = "Balances are read one by one, without locks.",
       .breaks = "isolation",
       .shows = "the total of a read is wrong though no money is lost",
       .source = "Jepsen's bank workload; Berenson et al. 1995, anomaly A5A (read skew)",
       .teaches = "A read of several accounts is a transaction too. It holds all its locks at one "
                  "moment, and proves that it held them, before it answers."},
      {.bug = Bug::duplicate_commit_twice,
       .name = "tpc-duplicate-commit-twice",
       .summary = "A decision that is delivered twice is carried out twice.",
       .breaks = "exactly-once effect of transactions",
       .shows = "the total changes",
       .source = "Gray and Reuter, Transaction Processing, chapter 10 (idempotent redo)",
       .teaches = "Decisions are sent again until they are acknowledged, so they come twice. Who "
                  "has carried one out acknowledges it again and does nothing else."},
      {.bug = Bug::retry_new_txid,
       .name = "tpc-retry-new-txid",
       .summary =
           "A request whose votes are late is tried again as another transaction, beside the "
           "first.",
       .breaks = "exactly-once effect of requests",
       .shows = "two transactions of one request commit",
       .source = "Helland, Idempotence Is Not a Medical Condition, 2012",
       .teaches = "What is sent again keeps its number. A new number makes it a new transaction, "
                  "and the old one is not dead: its votes may only be slow."},
      {.bug = Bug::blocked_for_ever,
       .name = "tpc-blocked-for-ever",
       .summary = "A participant in doubt asks nobody and waits for ever.",
       .breaks = "progress",
       .shows = "locks that are never released",
       .source = "Skeen, Nonblocking Commit Protocols, 1981",
       .teaches =
           "A coordinator that died before it decided remembers nothing, so nobody will call "
           "by himself. Who is in doubt asks, again and again, until somebody knows."},
  };
  return bugs;
}

BugSet bugs_named(const std::vector<std::string>& names) {
  return faultrig::bugs_named<BugSet>(names, all_bugs());
}

BugSet parse_bugs(std::string_view text) { return bugs_named(bug_names_in(text)); }

}  // namespace faultrig::bank_2pc
