// A participant: locks, checks, writes down, votes; then it carries out what was decided.
//
// A yes is a promise, so its record is on the disk before it leaves, and its locks are held until
// the decision. The changes are made when the transaction commits; nobody can look before. A
// message that comes again gets the same answer and does nothing else.
#include <algorithm>

#include "targets/bank_2pc/bank_node.hpp"

namespace faultrig::bank_2pc {
namespace {

std::vector<Account> accounts_of(const std::vector<Write>& writes) {
  std::vector<Account> accounts;
  for (const Write& write : writes) accounts.push_back(write.account);
  return accounts;
}

}  // namespace

void BankNode::handle(std::int32_t from, const Prepare& message) {
  const TxId& tx = message.tx;
  const bool is_mine =
      std::all_of(message.writes.begin(), message.writes.end(),
                  [&](const Write& write) { return ledger_.balances().contains(write.account); });
  if (from != tx.node || !is_mine) return;
  clock_ = std::max(clock_, message.age.clock);
  turned_down_.erase(turned_down_.lower_bound(TxId{tx.node, 0}),
                     turned_down_.lower_bound(TxId{tx.node, message.mark}));
  if (ledger_.is_over(tx) || waiting_.contains(tx)) return;
  if (const auto doubt = doubts_.find(tx); doubt != doubts_.end()) {
    return send_when_durable(from, Vote{tx, Answer::yes}, doubt->second.record);
  }
  if (const auto done = ledger_.finished().find(tx); done != ledger_.finished().end()) {
    if (!done->second.commit) send(from, Vote{tx, Answer::refused});
    return;
  }
  if (const auto refused = turned_down_.find(tx); refused != turned_down_.end()) {
    return send(from, Vote{tx, refused->second});
  }
  if (ledger_.has_done(message.request)) return turn_down(from, tx, Answer::repeated);
  if (is_in_progress(message)) return turn_down(from, tx, Answer::in_progress);
  switch (locks_.acquire({tx, message.age, LockMode::exclusive, accounts_of(message.writes)})) {
    case LockResult::granted:
      prepare(from, message);
      return serve_waiters();
    case LockResult::waits:
      waiting_[tx] = {from, message};
      return;
    case LockResult::dies:
      return turn_down(from, tx, Answer::conflict);
  }
}

bool BankNode::is_in_progress(const Prepare& message) const {
  return std::any_of(ledger_.prepared().begin(), ledger_.prepared().end(),
                     [&](const auto& entry) { return entry.second.request == message.request; });
}

Answer BankNode::check(const Prepare& message) const {
  for (const Write& write : message.writes) {
    const Answer answer = allows(ledger_.balances().at(write.account), write.delta);
    if (answer != Answer::yes) return answer;
  }
  return Answer::yes;
}

// Its locks are held.
void BankNode::prepare(std::int32_t from, const Prepare& message) {
  const TxId tx = message.tx;
  const Answer answer = check(message);
  if (answer != Answer::yes) {
    turn_down(from, tx, answer);
    release(tx);
    return;
  }
  const std::uint64_t record = write(PreparedRecord{message}, !bugs_.has(Bug::no_durable_prepare));
  doubts_[tx] = {now_, now_ + config_.doubt(), 0, record};
  send_when_durable(from, Vote{tx, Answer::yes}, record);
  if (bugs_.has(Bug::early_lock_release)) release(tx);
}

// Remembered until the coordinator is done with it, so that a copy of the prepare that comes later
// finds the same answer.
void BankNode::turn_down(std::int32_t to, const TxId& tx, Answer why) {
  turned_down_[tx] = why;
  send(to, Vote{tx, why});
}

void BankNode::handle(std::int32_t, const Decide& message) {
  const TxId& tx = message.tx;
  if (doubts_.contains(tx)) {
    carry_out(tx, message.commit);
    if (message.commit) acknowledge(tx);
    return;
  }
  if (const auto done = ledger_.finished().find(tx); done != ledger_.finished().end()) {
    if (!message.commit) return;
    if (done->second.commit && bugs_.has(Bug::duplicate_commit_twice)) {
      ledger_.apply_again(done->second);
      note({Deed::Kind::committed_again, tx});
    }
    return acknowledge(tx);
  }
  if (message.commit) {
    // It was carried out and forgotten long ago, or its coordinator would not call it over.
    if (!waiting_.contains(tx)) acknowledge(tx);
    return;
  }
  if (ledger_.is_over(tx)) return;
  turned_down_[tx] = Answer::refused;  // whatever comes of it later comes too late
  if (waiting_.erase(tx) != 0) release(tx);
}

void BankNode::acknowledge(const TxId& tx) {
  const auto outcome = outcomes_.find(tx);
  send_when_durable(tx.node, Acknowledge{tx}, outcome == outcomes_.end() ? 0 : outcome->second);
}

// Of a transaction in doubt.
void BankNode::carry_out(const TxId& tx, bool commit) {
  const Prepare prepare = ledger_.prepared().at(tx);
  doubts_.erase(tx);
  const OutcomeRecord outcome{tx, commit, prepare.request, prepare.writes};
  if (commit) {
    outcomes_[tx] = write(outcome);
  } else {
    write_lazily(outcome);
  }
  note({commit ? Deed::Kind::committed : Deed::Kind::aborted, tx});
  release(tx);
}

void BankNode::release(const TxId& tx) {
  if (locks_.release(tx)) serve_waiters();
}

void BankNode::serve_waiters() {
  for (const LockTable::Turn& turn : locks_.turns()) {
    const auto at = waiting_.find(turn.tx);
    if (at == waiting_.end()) continue;
    const Waiting waiting = std::move(at->second);
    waiting_.erase(at);
    const Prepare* message = std::get_if<Prepare>(&waiting.message);
    if (message != nullptr) {
      turn.granted ? prepare(waiting.from, *message)
                   : turn_down(waiting.from, turn.tx, Answer::conflict);
    } else if (turn.granted) {
      grant_read(waiting.from, turn.tx);
    } else {
      send(waiting.from, ReadValues{turn.tx, Answer::conflict, 0, {}});
    }
  }
}

}  // namespace faultrig::bank_2pc
