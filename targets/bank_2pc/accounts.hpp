// The accounts of the bank: where each lies, what is on it at first, and which changes it allows.
//
// Account k lies on node k mod n in the order of the nodes, which is the same for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "checkers/history/value.hpp"
#include "targets/bank_2pc/transaction.hpp"

namespace faultrig::bank_2pc {

// The node, by its place among all.
inline std::size_t home_of(Account account, std::size_t nodes) {
  return static_cast<std::size_t>(account) % nodes;
}

// `total` spread evenly, the first accounts one richer where it does not divide.
inline Money initial_balance(Account account, std::int64_t accounts, Money total) {
  return total / accounts + (account < total % accounts ? 1 : 0);
}

// A client may name an account 3 or "3". Nothing when it names none of the `accounts`.
std::optional<Account> account_named(const Value& name, std::int64_t accounts);

// Whether the balance allows the change.
Answer allows(Money balance, Money delta);

}  // namespace faultrig::bank_2pc
