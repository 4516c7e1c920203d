// Persist before promise: what is written when, and what waits for it.
//
// One write is under way at a time; records that come meanwhile share the next one and its sync. A
// record that nobody waits for (an abort, the end of a transaction) rides along with the next that
// somebody does: losing it costs a question after the restart, and no promise.
#include <algorithm>

#include "targets/bank_2pc/bank_node.hpp"
#include "targets/bank_2pc/storage.hpp"

namespace faultrig::bank_2pc {
namespace {

Value texts_of(const auto& transactions) {
  Value::List texts;
  for (const auto& [tx, about] : transactions) texts.emplace_back(to_text(tx));
  return Value(std::move(texts));
}

}  // namespace

// The file is written afresh at every start: nothing can be appended behind a torn record, and this
// life must be on the disk before its first transaction has a number.
void BankNode::recover(const DiskImage& disk) {
  ledger_ = Ledger(static_cast<std::size_t>(config_.remembered_requests));
  for (Account account = 0; account < config_.accounts; ++account) {
    if (home_of(account, nodes_.size()) != self_) continue;
    ledger_.open(account, initial_balance(account, config_.accounts, config_.total));
  }
  const auto file = disk.find(log_file_name);
  const ReadLog read = replay(file == disk.end() ? std::string_view() : file->second, ledger_);
  ledger_.apply(LifeRecord{ledger_.life() + 1, ledger_.clock()});
  clock_ = ledger_.clock();
  next_number_ = first_number_of_life(ledger_.life());
  next_grant_ = first_number_of_life(ledger_.life());
  effects_->trace("txn.recover", {{"decided", texts_of(ledger_.decisions())},
                                  {"life", ledger_.life()},
                                  {"prepared", texts_of(ledger_.prepared())}});
  if (!read.torn.empty()) {
    effects_->trace("txn.torn_tail", {{"at", read.good_bytes}, {"why", read.torn}});
  }
  for (const auto& [tx, participants] : ledger_.decisions()) {
    Attempt attempt;
    attempt.participants = participants;
    attempt.missing = {participants.begin(), participants.end()};
    attempt.stage = Stage::committed;
    attempt.resend_at = now_;
    attempts_.emplace(tx, std::move(attempt));
    // Its record may have reached the disk without anybody having been told of it.
    note({Deed::Kind::decided_commit, tx, participants});
  }
  replace_file();
  opened_at_ = position_;
  recover_in_doubt();
}

// The position that must be durable before anybody is told. `is_kept` off: it is not written down.
std::uint64_t BankNode::write(const Record& record, bool is_kept) {
  ledger_.apply(record);
  if (!is_kept) return 0;
  append_record(buffer_, record);
  ++file_records_;
  return wanted_ = ++position_;
}

void BankNode::write_lazily(const Record& record) {
  const std::uint64_t wanted = wanted_;
  write(record);
  wanted_ = wanted;
}

void BankNode::flush() {
  if (in_flight_ != 0 || wanted_ <= durable_) return;
  if (file_records_ >= config_.snapshot_records) return replace_file();
  in_flight_ = position_;
  effects_->persist({next_write_++, DiskWrite::Kind::append, log_file_name, std::move(buffer_)});
  buffer_.clear();
}

// What waits in the buffer is in the ledger already, so the snapshot has it.
void BankNode::replace_file() {
  std::string bytes;
  for (const Record& record : ledger_.snapshot()) append_record(bytes, record);
  buffer_.clear();
  file_records_ = 0;
  in_flight_ = wanted_ = ++position_;
  effects_->persist({next_write_++, DiskWrite::Kind::replace, log_file_name, std::move(bytes)});
}

void BankNode::on_persisted(PersistId id) {
  if (in_flight_ == 0 || id + 1 != next_write_) return;
  durable_ = in_flight_;
  in_flight_ = 0;
  std::erase_if(outcomes_, [&](const auto& entry) { return entry.second <= durable_; });
  release_held();
}

void BankNode::send_when_durable(std::int32_t dest, PeerMessage message, std::uint64_t position) {
  Outgoing outgoing{dest, std::move(message)};
  if (position <= durable_) {
    let_go(std::move(outgoing));
  } else {
    held_.push_back({position, std::move(outgoing)});
  }
}

void BankNode::release_held() {
  while (!held_.empty() && held_.front().position <= durable_) {
    Held held = std::move(held_.front());
    held_.pop_front();
    if (const TxId* tx = std::get_if<TxId>(&held.what)) {
      announce(*tx);
    } else {
      let_go(std::move(std::get<Outgoing>(held.what)));
    }
  }
}

void BankNode::let_go(Outgoing outgoing) {
  if (const auto* vote = std::get_if<Vote>(&outgoing.message)) {
    const auto prepared = ledger_.prepared().find(vote->tx);
    if (prepared == ledger_.prepared().end()) return;  // decided meanwhile
    note(
        {Deed::Kind::voted_yes, vote->tx, prepared->second.participants, prepared->second.request});
  }
  if (const auto* decide = std::get_if<Decide>(&outgoing.message)) {
    // A refusal is the one outcome that changes nothing.
    const auto done = ledger_.finished().find(decide->tx);
    const bool refuses = !decide->commit && done != ledger_.finished().end() &&
                         !done->second.commit && done->second.writes.empty();
    if (refuses) note({Deed::Kind::refused, decide->tx});
  }
  send(outgoing.dest, std::move(outgoing.message));
}

}  // namespace faultrig::bank_2pc
