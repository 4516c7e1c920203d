#include "targets/bank_2pc/ledger.hpp"

#include <algorithm>

namespace faultrig::bank_2pc {

void Ledger::apply(const Record& record) {
  std::visit([this](const auto& typed) { on(typed); }, record);
}

void Ledger::on(const LifeRecord& record) {
  life_ = std::max(life_, record.life);
  clock_ = std::max(clock_, record.clock);
}

void Ledger::on(const PreparedRecord& record) {
  const Prepare& prepare = record.prepare;
  raise_mark(prepare.tx.node, prepare.mark);
  clock_ = std::max(clock_, prepare.age.clock);
  if (!finished_.contains(prepare.tx)) prepared_.try_emplace(prepare.tx, prepare);
}

void Ledger::on(const OutcomeRecord& record) {
  prepared_.erase(record.tx);
  const bool is_new =
      finished_.try_emplace(record.tx, Finished{record.commit, record.request, record.writes})
          .second;
  if (!is_new || !record.commit) return;
  change(record.writes);
  remember(record.request);
}

void Ledger::raise_mark(std::int32_t node, std::int64_t mark) {
  std::int64_t& known = marks_[node];
  if (mark <= known) return;
  known = mark;
  const auto first = finished_.lower_bound(TxId{node, 0});
  finished_.erase(first, finished_.lower_bound(TxId{node, mark}));
}

void Ledger::remember(const std::string& request) {
  if (most_requests_ == 0 || !requests_.insert(request).second) return;
  request_order_.push_back(request);
  if (request_order_.size() <= most_requests_) return;
  requests_.erase(request_order_.front());
  request_order_.pop_front();
}

void Ledger::change(const std::vector<Write>& writes) {
  for (const Write& write : writes) {
    const auto at = balances_.find(write.account);
    if (at == balances_.end()) continue;
    // Unsigned, because a planted bug may carry a balance anywhere.
    at->second = static_cast<Money>(static_cast<std::uint64_t>(at->second) +
                                    static_cast<std::uint64_t>(write.delta));
  }
}

bool Ledger::is_over(const TxId& tx) const {
  const auto at = marks_.find(tx.node);
  return at != marks_.end() && tx.number < at->second;
}

std::vector<Record> Ledger::snapshot() const {
  std::vector<Record> records = {LifeRecord{life_, clock_}};
  // Marks before outcomes: one that came after its mark is known all the same. Requests before
  // outcomes, so that the order in which they are forgotten stays.
  for (const auto& [node, mark] : marks_) records.push_back(MarkRecord{node, mark});
  for (const std::string& request : request_order_) records.push_back(RequestRecord{request});
  for (const auto& [tx, participants] : decisions_) {
    records.push_back(DecisionRecord{tx, participants});
  }
  for (const auto& [tx, prepare] : prepared_) records.push_back(PreparedRecord{prepare});
  for (const auto& [tx, finished] : finished_) {
    records.push_back(OutcomeRecord{tx, finished.commit, finished.request, finished.writes});
  }
  // Last, for the outcomes have changed them.
  for (const auto& [account, balance] : balances_) {
    records.push_back(BalanceRecord{account, balance});
  }
  return records;
}

}  // namespace faultrig::bank_2pc
