// The locks of one participant: shared or exclusive on accounts, a transaction's all at once.
//
// Wait-die keeps it free of deadlocks, also across participants: a transaction waits only for
// younger ones, and dies where an older one is in its way; so nobody waits in a circle. A newcomer
// also dies for an older one that waits, or a stream of readers would starve a writer. Source:
// Rosenkrantz, Stearns and Lewis 1978. Cost: linear in the transactions that hold or wait, times
// the accounts they name; a handful of each.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "targets/bank_2pc/transaction.hpp"

namespace faultrig::bank_2pc {

enum class LockMode : std::uint8_t { shared, exclusive };

struct LockRequest {
  TxId tx;
  Age age;
  LockMode mode = LockMode::exclusive;
  std::vector<Account> accounts;
};

enum class LockResult : std::uint8_t { granted, waits, dies };

class LockTable {
 public:
  // A transaction asks once, and again only when it has released.
  LockResult acquire(LockRequest request);
  // Holds, whoever else does: what a restarted participant finds prepared.
  void hold(LockRequest request) { holding_.push_back(std::move(request)); }

  // Gives up what the transaction holds or waits for; false when that is nothing.
  bool release(const TxId& tx);

  // Who waited and does so no longer, the oldest first. To be asked after every lock that was
  // granted, for it may stand in the way of a younger one that waits for another, and after every
  // release.
  struct Turn {
    TxId tx;
    bool granted = false;  // else it died
  };
  std::vector<Turn> turns();

  bool holds(const TxId& tx, Account account) const;
  bool holds_any(const TxId& tx) const;
  bool is_waiting(const TxId& tx) const;
  std::vector<TxId> holders() const;

 private:
  // What the holders in the way of the request mean for it.
  LockResult look(const LockRequest& request) const;

  std::vector<LockRequest> holding_;
  std::vector<LockRequest> waiting_;  // the oldest first
};

}  // namespace faultrig::bank_2pc
