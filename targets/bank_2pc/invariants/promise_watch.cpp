#include "targets/bank_2pc/invariants/promise_watch.hpp"

#include <fmt/format.h>

#include <optional>

namespace faultrig::bank_2pc {

void PromiseWatch::on_start(const Step& step) {
  const Ledger& ledger = step.node.ledger();
  std::optional<TxId> lost_vote;  // the lowest, whatever the order in which they are looked at
  std::optional<TxId> lost_decision;
  transactions_.for_each([&](const TxId& tx, Course& course) {
    if (course.yes[step.place]) course.restarted.set(step.place);
    const bool is_decided = course.committed[step.place] || course.aborted[step.place];
    const bool is_known =
        ledger.prepared().contains(tx) || ledger.finished().contains(tx) || ledger.is_over(tx);
    // In a start a node may decide, so what it found prepared counts as found.
    if (course.yes[step.place] && !is_decided && !is_known && (!lost_vote || tx < *lost_vote)) {
      lost_vote = tx;
    }
    const bool is_own = tx.node == step.node.place();
    const bool is_open = course.decided_commit && (course.participants & ~course.committed).any();
    if (is_own && is_open && !ledger.decisions().contains(tx) &&
        (!lost_decision || tx < *lost_decision)) {
      lost_decision = tx;
    }
    // A commit whose record was not on the disk yet is in doubt again, and carried out again.
    if (ledger.prepared().contains(tx)) {
      course.committed.reset(step.place);
      course.aborted.reset(step.place);
    }
  });
  if (lost_vote) {
    findings_.report("durable-promise",
                     fmt::format("{} restarts without {}, for which it had voted yes",
                                 step.node.name(), to_text(*lost_vote)),
                     {"the vote was missing"});
  }
  if (lost_decision) {
    findings_.report("durable-promise",
                     fmt::format("{} restarts without {}, which it had decided to commit",
                                 step.node.name(), to_text(*lost_decision)),
                     {"the decision was missing"});
  }
  for (const auto& [tx, prepare] : ledger.prepared()) check_locks(step, prepare, "after a restart");
}

void PromiseWatch::on_vote(const Step& step, const TxId& tx) {
  const auto prepared = step.node.ledger().prepared().find(tx);
  if (prepared != step.node.ledger().prepared().end()) {
    check_locks(step, prepared->second, "with the vote");
  }
}

void PromiseWatch::check_locks(const Step& step, const Prepare& prepare, const char* when) {
  for (const Write& write : prepare.writes) {
    if (step.node.locks().holds(prepare.tx, write.account)) continue;
    findings_.report("locks-until-decision",
                     fmt::format("{} has promised {} and holds no lock on account {}",
                                 step.node.name(), to_text(prepare.tx), write.account),
                     {when});
  }
}

}  // namespace faultrig::bank_2pc
