// A read of all balances as one transaction, without a trace on any disk.
//
// Two rounds: lock everywhere and tell the balances; then, when all are there, confirm that the
// locks were held all the time, which ends them. So there is a moment, after the last value came
// and before the first confirmation, at which all locks were held at once. Shared locks die with
// the process and after a while; the number of the grant tells a second grant from the first, so a
// participant that lost its locks in between cannot confirm. Source: the read-only optimisation of
// R* (Mohan, Lindsay and Obermarck 1986).
#include <algorithm>

#include "targets/bank_2pc/bank_node.hpp"

namespace faultrig::bank_2pc {

void BankNode::begin_read(Task task) {
  const TxId tx = new_transaction(task);
  Read read;
  const auto homes = std::min(static_cast<std::size_t>(config_.accounts), nodes_.size());
  for (std::size_t i = 0; i < homes; ++i) read.missing.insert(static_cast<std::int32_t>(i));
  read.task = std::move(task);
  read.resend_at = now_ + config_.resend();
  const Read& begun = reads_.emplace(tx, std::move(read)).first->second;
  for (const std::int32_t participant : begun.missing) send_read(tx, begun, participant);
}

// Whatever this participant is to do now.
void BankNode::send_read(const TxId& tx, const Read& read, std::int32_t participant) {
  if (read.is_confirming) {
    send(participant, ReadConfirm{tx, read.grants.at(participant)});
  } else {
    send(participant, ReadLock{tx, read.task.age});
  }
}

void BankNode::handle(std::int32_t from, const ReadLock& message) {
  const TxId& tx = message.tx;
  // Before this life is written down its grants might have the numbers of the life before.
  if (from != tx.node || !is_open() || waiting_.contains(tx)) return;
  clock_ = std::max(clock_, message.age.clock);
  if (bugs_.has(Bug::read_no_lock) || grants_.contains(tx)) return grant_read(from, tx);
  LockRequest locks{tx, message.age, LockMode::shared, {}};
  for (const auto& [account, balance] : ledger_.balances()) locks.accounts.push_back(account);
  switch (locks_.acquire(std::move(locks))) {
    case LockResult::granted:
      grant_read(from, tx);
      return serve_waiters();
    case LockResult::waits:
      waiting_[tx] = {from, message};
      return;
    case LockResult::dies:
      return send(from, ReadValues{tx, Answer::conflict, 0, {}});
  }
}

void BankNode::grant_read(std::int32_t to, const TxId& tx) {
  const auto [grant, is_new] = grants_.try_emplace(tx);
  if (is_new) grant->second = {next_grant_++, now_ + config_.read_lock()};
  ReadValues values{tx, Answer::yes, grant->second.number, {}};
  for (const auto& [account, balance] : ledger_.balances()) {
    values.balances.emplace_back(account, balance);
  }
  send(to, std::move(values));
}

void BankNode::handle(std::int32_t from, const ReadValues& message) {
  const auto at = reads_.find(message.tx);
  if (at == reads_.end() || at->second.is_confirming) return;
  Read& read = at->second;
  if (!read.missing.contains(from)) return;
  if (message.answer != Answer::yes) return give_up_read(message.tx, message.answer);
  read.missing.erase(from);
  read.grants[from] = message.grant;
  for (const auto& [account, balance] : message.balances) read.balances[account] = balance;
  if (!read.missing.empty()) return;
  read.is_confirming = true;
  read.resend_at = now_ + config_.resend();
  for (const auto& [participant, grant] : read.grants) read.missing.insert(participant);
  for (const std::int32_t participant : read.missing) send_read(message.tx, read, participant);
}

void BankNode::handle(std::int32_t from, const ReadConfirm& message) {
  const auto grant = grants_.find(message.tx);
  const bool held = grant != grants_.end() && grant->second.number == message.grant;
  if (held) grants_.erase(grant);
  send(from, ReadConfirmed{message.tx, held});
  if (held) release(message.tx);
}

void BankNode::handle(std::int32_t from, const ReadConfirmed& message) {
  const auto at = reads_.find(message.tx);
  if (at == reads_.end() || !at->second.is_confirming) return;
  if (!at->second.missing.contains(from)) return;
  if (!message.held) return give_up_read(message.tx, Answer::conflict);
  at->second.missing.erase(from);
  if (at->second.missing.empty()) finish_read(message.tx);
}

void BankNode::finish_read(const TxId& tx) {
  const auto at = reads_.find(tx);
  const Read read = std::move(at->second);
  reads_.erase(at);
  Value::Map balances;
  for (const auto& [account, balance] : read.balances) {
    balances.emplace_back(std::to_string(account), balance);
  }
  answer(read.task, {{"balances", Value(std::move(balances))}, {"type", "read_ok"}});
}

void BankNode::give_up_read(const TxId& tx, Answer why) {
  const auto at = reads_.find(tx);
  Read read = std::move(at->second);
  reads_.erase(at);
  for (const auto& [participant, grant] : read.grants) read.missing.insert(participant);
  for (const std::int32_t participant : read.missing) send(participant, ReadRelease{tx});
  try_again_or_refuse(std::move(read.task), why);
}

void BankNode::handle(std::int32_t, const ReadRelease& message) {
  const bool has_waited = waiting_.erase(message.tx) != 0;
  const bool had_locks = grants_.erase(message.tx) != 0;
  if (has_waited || had_locks) release(message.tx);
}

void BankNode::look_after_reads() {
  std::vector<TxId> late;
  for (auto& [tx, read] : reads_) {
    if (read.task.deadline <= now_) {
      late.push_back(tx);
    } else if (read.resend_at <= now_) {
      read.resend_at = now_ + config_.resend();
      for (const std::int32_t participant : read.missing) send_read(tx, read, participant);
    }
  }
  for (const TxId& tx : late) give_up_read(tx, Answer::yes);
  std::vector<TxId> stale;
  for (const auto& [tx, grant] : grants_) {
    if (grant.until <= now_) stale.push_back(tx);
  }
  for (const TxId& tx : stale) {
    grants_.erase(tx);
    release(tx);
  }
}

}  // namespace faultrig::bank_2pc
