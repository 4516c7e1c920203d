// Getting out of doubt: a participant that has voted yes and hears nothing asks the coordinator;
// when that does not answer, the other participants too (cooperative termination, Bernstein,
// Hadzilacos and Goodman, section 7.4).
//
// One that has carried the decision out knows it. One that has not voted can still refuse, for
// ever and in writing, and then it is an abort. Where all are in doubt like the asker, nobody can
// tell before the coordinator is back: two-phase commit blocks there, whatever one does.
#include "targets/bank_2pc/bank_node.hpp"

namespace faultrig::bank_2pc {

void BankNode::look_after_doubts() {
  std::vector<TxId> due;
  for (const auto& [tx, doubt] : doubts_) {
    if (doubt.ask_at <= now_) due.push_back(tx);
  }
  for (const TxId& tx : due) {
    const auto at = doubts_.find(tx);
    if (at != doubts_.end()) resolve(tx, at->second);
  }
}

void BankNode::resolve(const TxId& tx, Doubt& doubt) {
  if (bugs_.has(Bug::blocked_for_ever)) return;
  if (bugs_.has(Bug::abort_after_prepare)) return carry_out(tx, false);
  if (bugs_.has(Bug::commit_after_prepare)) return carry_out(tx, true);
  doubt.ask_at = now_ + config_.doubt();
  ++doubt.asks;
  send(tx.node, Ask{tx});
  if (doubt.asks <= config_.asks_before_peers) return;
  for (const std::int32_t other : ledger_.prepared().at(tx).participants) {
    if (other != place() && other != tx.node) send(other, Ask{tx});
  }
}

// What the log has prepared is in doubt: its locks are held again, and somebody is asked at once.
void BankNode::recover_in_doubt() {
  const std::map<TxId, Prepare> found = ledger_.prepared();
  for (const auto& [tx, prepare] : found) {
    LockRequest locks{tx, prepare.age, LockMode::exclusive, {}};
    for (const Write& write : prepare.writes) locks.accounts.push_back(write.account);
    locks_.hold(std::move(locks));
    doubts_[tx] = {now_, now_, 0, opened_at_};
  }
  if (!bugs_.has(Bug::presume_commit)) return;
  for (const auto& [tx, prepare] : found) carry_out(tx, true);
}

void BankNode::handle(std::int32_t from, const Ask& message) {
  if (message.tx.node == place()) {
    answer_as_coordinator(from, message.tx);
  } else {
    answer_as_participant(from, message.tx);
  }
}

void BankNode::answer_as_coordinator(std::int32_t to, const TxId& tx) {
  const auto at = attempts_.find(tx);
  if (at == attempts_.end()) {
    if (tx.number >= next_number_) return;  // this life has begun none such
    note({Deed::Kind::presumed_abort, tx});
    send(to, Decide{tx, false});
  } else if (at->second.stage == Stage::committed) {
    send(to, Decide{tx, true});
  }
}

void BankNode::answer_as_participant(std::int32_t to, const TxId& tx) {
  if (const auto done = ledger_.finished().find(tx); done != ledger_.finished().end()) {
    const auto outcome = outcomes_.find(tx);
    return send_when_durable(to, Decide{tx, done->second.commit},
                             outcome == outcomes_.end() ? 0 : outcome->second);
  }
  if (doubts_.contains(tx) || ledger_.is_over(tx)) return;
  const bool has_waited = waiting_.erase(tx) != 0;
  turned_down_.erase(tx);
  outcomes_[tx] = write(OutcomeRecord{tx, false, "", {}});
  send_when_durable(to, Decide{tx, false}, outcomes_[tx]);
  if (has_waited) release(tx);
}

}  // namespace faultrig::bank_2pc
