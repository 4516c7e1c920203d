// The coordinator: asks all participants to prepare, decides, and tells them until they have
// acknowledged.
//
// Only a commit is written down, before anybody hears of it. Whatever has no record is aborted
// (presumed abort), so an abort may be forgotten at once. Until it has decided, the coordinator may
// abort whenever it likes.
#include <algorithm>

#include "targets/bank_2pc/bank_node.hpp"

namespace faultrig::bank_2pc {

TxId BankNode::new_transaction(Task& task) {
  const TxId tx{place(), next_number_++};
  if (task.age.clock == 0) task.age = {++clock_, tx};
  return tx;
}

// All below is over: acknowledged by everybody, or aborted.
std::int64_t BankNode::mark() const {
  return attempts_.empty() ? next_number_ : attempts_.begin()->first.number;
}

std::vector<std::int32_t> BankNode::homes_of(const std::vector<Write>& writes) const {
  std::vector<std::int32_t> homes;
  for (const Write& write : writes) {
    homes.push_back(static_cast<std::int32_t>(home_of(write.account, nodes_.size())));
  }
  std::sort(homes.begin(), homes.end());
  homes.erase(std::unique(homes.begin(), homes.end()), homes.end());
  return homes;
}

void BankNode::begin(Task task) {
  const TxId tx = new_transaction(task);
  Attempt attempt;
  attempt.participants = homes_of(task.writes);
  attempt.missing = {attempt.participants.begin(), attempt.participants.end()};
  attempt.task = std::move(task);
  attempt.resend_at = now_ + config_.resend();
  const Attempt& begun = attempts_.emplace(tx, std::move(attempt)).first->second;
  for (const std::int32_t participant : begun.participants) send_prepare(tx, begun, participant);
}

void BankNode::send_prepare(const TxId& tx, const Attempt& attempt, std::int32_t participant) {
  const Task& task = attempt.task;
  Prepare message{tx, task.age, mark(), attempt.participants, task.request, {}};
  for (const Write& write : task.writes) {
    if (static_cast<std::int32_t>(home_of(write.account, nodes_.size())) != participant) continue;
    message.writes.push_back(write);
  }
  std::sort(message.writes.begin(), message.writes.end(),
            [](const Write& a, const Write& b) { return a.account < b.account; });
  send(participant, std::move(message));
}

void BankNode::handle(std::int32_t from, const Vote& message) {
  const auto at = attempts_.find(message.tx);
  if (at == attempts_.end() || at->second.stage != Stage::voting) return;
  Attempt& attempt = at->second;
  if (message.answer == Answer::yes) {
    attempt.missing.erase(from);
    if (attempt.missing.empty()) decide_commit(message.tx, attempt);
    return;
  }
  if (!attempt.missing.contains(from)) return;  // it has promised: this is older, or a stranger's
  Task task = std::move(attempt.task);
  decide_abort(message.tx);
  try_again_or_refuse(std::move(task), message.answer);
}

void BankNode::decide_commit(const TxId& tx, Attempt& attempt) {
  attempt.stage = Stage::deciding;
  const bool is_kept = !bugs_.has(Bug::coordinator_forgets_decision);
  const std::uint64_t position = write(DecisionRecord{tx, attempt.participants}, is_kept);
  if (position <= durable_) {
    announce(tx);
  } else {
    held_.push_back({position, tx});
  }
}

void BankNode::announce(const TxId& tx) {
  const auto at = attempts_.find(tx);
  if (at == attempts_.end()) return;
  Attempt& attempt = at->second;
  attempt.stage = Stage::committed;
  attempt.missing = {attempt.participants.begin(), attempt.participants.end()};
  attempt.resend_at = now_ + config_.resend();
  note({Deed::Kind::decided_commit, tx, attempt.participants, "", attempt.task.client,
        attempt.task.msg_id});
  answer_ok(attempt.task);
  for (const std::int32_t participant : attempt.participants) send(participant, Decide{tx, true});
}

void BankNode::decide_abort(const TxId& tx) {
  const auto at = attempts_.find(tx);
  const std::vector<std::int32_t> participants = std::move(at->second.participants);
  attempts_.erase(at);
  note({Deed::Kind::decided_abort, tx});
  for (const std::int32_t participant : participants) send(participant, Decide{tx, false});
}

void BankNode::try_again_or_refuse(Task task, Answer why) {
  if (why == Answer::in_progress) task.may_be_done = true;
  const bool may_help = why == Answer::conflict || why == Answer::in_progress;
  // Each pause is longer than the one before, by chance: those in each other's way draw apart.
  const std::int64_t tries = config_.retries - task.tries_left + 1;
  const auto longest =
      std::chrono::nanoseconds(std::chrono::milliseconds(2 * config_.retry_ms * tries));
  const NodeTime at = now_ + random_.between(std::chrono::nanoseconds(1), longest);
  if (!may_help || task.tries_left == 0 || at >= task.deadline) {
    answer_refused(task, why);
    return;
  }
  --task.tries_left;
  retries_.emplace(at, std::move(task));
  set_retry_timer();
}

void BankNode::set_retry_timer() {
  if (retries_.empty()) return;
  effects_->set_timer(retry_timer,
                      std::max(retries_.begin()->first - now_, std::chrono::nanoseconds(0)));
}

void BankNode::on_retry_timer() {
  while (!retries_.empty() && retries_.begin()->first <= now_) {
    Task task = std::move(retries_.begin()->second);
    retries_.erase(retries_.begin());
    task.writes.empty() ? begin_read(std::move(task)) : begin(std::move(task));
  }
  set_retry_timer();
}

void BankNode::handle(std::int32_t from, const Acknowledge& message) {
  const auto at = attempts_.find(message.tx);
  if (at == attempts_.end() || at->second.stage != Stage::committed) return;
  at->second.missing.erase(from);
  if (!at->second.missing.empty()) return;
  attempts_.erase(at);
  write_lazily(EndRecord{message.tx});
  note({Deed::Kind::ended, message.tx});
}

void BankNode::look_after_attempts() {
  std::vector<TxId> late;
  std::vector<TxId> unanswered;
  for (const auto& [tx, attempt] : attempts_) {
    if (attempt.stage == Stage::voting && attempt.task.deadline <= now_) {
      late.push_back(tx);
    } else if (attempt.stage != Stage::deciding && attempt.resend_at <= now_) {
      unanswered.push_back(tx);
    }
  }
  for (const TxId& tx : late) {
    const Task task = std::move(attempts_.at(tx).task);
    decide_abort(tx);
    answer_refused(task, Answer::yes);
  }
  for (const TxId& tx : unanswered) {
    Attempt& attempt = attempts_.at(tx);
    attempt.resend_at = now_ + config_.resend();
    if (attempt.stage == Stage::voting && bugs_.has(Bug::retry_new_txid)) {
      start_over(tx);
      continue;
    }
    for (const std::int32_t participant : attempt.missing) {
      if (attempt.stage == Stage::voting) {
        send_prepare(tx, attempt, participant);
      } else {
        send(participant, Decide{tx, true});
      }
    }
  }
}

// What only tpc-retry-new-txid does: the request becomes another one, and the first goes on.
void BankNode::start_over(const TxId& tx) {
  Attempt& first = attempts_.at(tx);
  first.resend_at = first.task.deadline;
  Task again = first.task;
  again.age = {};
  again.request += "'";
  begin(std::move(again));
}

}  // namespace faultrig::bank_2pc
