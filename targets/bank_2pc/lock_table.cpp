#include "targets/bank_2pc/lock_table.hpp"

#include <algorithm>

namespace faultrig::bank_2pc {
namespace {

bool is_in_the_way(const LockRequest& a, const LockRequest& b) {
  if (a.mode == LockMode::shared && b.mode == LockMode::shared) return false;
  return std::any_of(a.accounts.begin(), a.accounts.end(), [&](Account account) {
    return std::find(b.accounts.begin(), b.accounts.end(), account) != b.accounts.end();
  });
}

const LockRequest* find(const std::vector<LockRequest>& requests, const TxId& tx) {
  for (const LockRequest& request : requests) {
    if (request.tx == tx) return &request;
  }
  return nullptr;
}

}  // namespace

LockResult LockTable::look(const LockRequest& request) const {
  LockResult result = LockResult::granted;
  for (const LockRequest& holder : holding_) {
    if (!is_in_the_way(request, holder)) continue;
    if (holder.age <= request.age) return LockResult::dies;
    result = LockResult::waits;
  }
  return result;
}

LockResult LockTable::acquire(LockRequest request) {
  const bool is_behind =
      std::any_of(waiting_.begin(), waiting_.end(), [&](const LockRequest& waiter) {
        return waiter.age <= request.age && is_in_the_way(request, waiter);
      });
  const LockResult result = is_behind ? LockResult::dies : look(request);
  switch (result) {
    case LockResult::granted:
      holding_.push_back(std::move(request));
      break;
    case LockResult::waits: {
      const auto place = std::upper_bound(
          waiting_.begin(), waiting_.end(), request,
          [](const LockRequest& a, const LockRequest& b) { return a.age < b.age; });
      waiting_.insert(place, std::move(request));
      break;
    }
    case LockResult::dies:
      break;
  }
  return result;
}

bool LockTable::release(const TxId& tx) {
  const auto is_it = [&](const LockRequest& request) { return request.tx == tx; };
  return std::erase_if(waiting_, is_it) + std::erase_if(holding_, is_it) > 0;
}

std::vector<LockTable::Turn> LockTable::turns() {
  std::vector<Turn> turns;
  // By age: who is granted now may be the death of a younger one.
  for (std::size_t i = 0; i < waiting_.size();) {
    const LockResult result = look(waiting_[i]);
    if (result == LockResult::waits) {
      ++i;
      continue;
    }
    turns.push_back({waiting_[i].tx, result == LockResult::granted});
    if (result == LockResult::granted) holding_.push_back(std::move(waiting_[i]));
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return turns;
}

bool LockTable::holds(const TxId& tx, Account account) const {
  const LockRequest* request = find(holding_, tx);
  if (request == nullptr) return false;
  const auto& accounts = request->accounts;
  return std::find(accounts.begin(), accounts.end(), account) != accounts.end();
}

bool LockTable::holds_any(const TxId& tx) const { return find(holding_, tx) != nullptr; }

std::vector<TxId> LockTable::holders() const {
  std::vector<TxId> holders;
  for (const LockRequest& request : holding_) holders.push_back(request.tx);
  return holders;
}

bool LockTable::is_waiting(const TxId& tx) const { return find(waiting_, tx) != nullptr; }

}  // namespace faultrig::bank_2pc
