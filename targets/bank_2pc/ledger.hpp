// What a node must not forget, as a state machine of records: the balances it keeps, what it has
// prepared, what it has carried out, and as a coordinator what it has decided.
//
// Every change is a record, applied here and written to the log (storage.hpp); replaying the log
// gives the same ledger, so a restart is nothing special. What is over is forgotten by marks: each
// prepare says below which number all of its coordinator's transactions are over.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "targets/bank_2pc/messages.hpp"

namespace faultrig::bank_2pc {

// A new life of the node has begun. Before this is on the disk it begins no transaction.
struct LifeRecord {
  std::int64_t life = 0;
  std::int64_t clock = 0;  // Lamport's, at least
};
// In a snapshot only: what an account holds, what is over, which request was carried out.
struct BalanceRecord {
  Account account = 0;
  Money balance = 0;
};
struct MarkRecord {
  std::int32_t node = 0;
  std::int64_t mark = 0;
};
struct RequestRecord {
  std::string request;
};
// As a participant: the promise to commit when told so.
struct PreparedRecord {
  Prepare prepare;
};
// As a participant: carried out, or never to be. It repeats what the prepare said.
struct OutcomeRecord {
  TxId tx;
  bool commit = false;
  std::string request;
  std::vector<Write> writes;
};
// As a coordinator: it is committed. An abort has no record: presumed abort.
struct DecisionRecord {
  TxId tx;
  std::vector<std::int32_t> participants;
};
// All participants have acknowledged.
struct EndRecord {
  TxId tx;
};
using Record = std::variant<LifeRecord, BalanceRecord, MarkRecord, RequestRecord, PreparedRecord,
                            OutcomeRecord, DecisionRecord, EndRecord>;

class Ledger {
 public:
  struct Finished {
    bool commit = false;
    std::string request;
    std::vector<Write> writes;
  };

  explicit Ledger(std::size_t most_requests = 4096) : most_requests_(most_requests) {}
  void open(Account account, Money balance) { balances_[account] = balance; }

  // A record that contradicts what is known changes nothing.
  void apply(const Record& record);
  // The records that lead an empty ledger here.
  std::vector<Record> snapshot() const;

  std::int64_t life() const { return life_; }
  std::int64_t clock() const { return clock_; }
  const std::map<Account, Money>& balances() const { return balances_; }
  const std::map<TxId, Prepare>& prepared() const { return prepared_; }
  const std::map<TxId, Finished>& finished() const { return finished_; }
  const std::map<TxId, std::vector<std::int32_t>>& decisions() const { return decisions_; }
  bool has_done(const std::string& request) const { return requests_.contains(request); }
  // Below the mark: over, and perhaps forgotten.
  bool is_over(const TxId& tx) const;

  // A decision that comes again, carried out again; only tpc-duplicate-commit-twice does it.
  void apply_again(const Finished& finished) { change(finished.writes); }

 private:
  void on(const LifeRecord& record);
  void on(const BalanceRecord& record) { balances_[record.account] = record.balance; }
  void on(const MarkRecord& record) { raise_mark(record.node, record.mark); }
  void on(const RequestRecord& record) { remember(record.request); }
  void on(const PreparedRecord& record);
  void on(const OutcomeRecord& record);
  void on(const DecisionRecord& record) { decisions_[record.tx] = record.participants; }
  void on(const EndRecord& record) { decisions_.erase(record.tx); }
  void raise_mark(std::int32_t node, std::int64_t mark);
  void remember(const std::string& request);
  void change(const std::vector<Write>& writes);

  std::size_t most_requests_;
  std::int64_t life_ = 0;
  std::int64_t clock_ = 0;
  std::map<Account, Money> balances_;
  std::map<std::int32_t, std::int64_t> marks_;
  std::map<TxId, Prepare> prepared_;
  std::map<TxId, Finished> finished_;
  std::map<TxId, std::vector<std::int32_t>> decisions_;
  std::set<std::string> requests_;
  std::deque<std::string> request_order_;  // the oldest first; just those of requests_
};

}  // namespace faultrig::bank_2pc
