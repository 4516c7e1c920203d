#include "targets/bank_2pc/accounts.hpp"

#include <charconv>
#include <string>

namespace faultrig::bank_2pc {

std::optional<Account> account_named(const Value& name, std::int64_t accounts) {
  Account account = -1;
  if (name.is_integer()) {
    account = name.as_integer();
  } else if (name.is_string()) {
    const std::string& text = name.as_string();
    const char* end = text.data() + text.size();
    const auto [stopped, problem] = std::from_chars(text.data(), end, account);
    // One name an account: "03" is none.
    if (problem != std::errc() || stopped != end || std::to_string(account) != text) {
      return std::nullopt;
    }
  }
  if (account < 0 || account >= accounts) return std::nullopt;
  return account;
}

Answer allows(Money balance, Money delta) {
  Money after = 0;
  // Only a planted bug carries a balance so far.
  if (__builtin_add_overflow(balance, delta, &after)) return Answer::overflow;
  if (after < 0) return Answer::insufficient;
  return after > most_money ? Answer::overflow : Answer::yes;
}

}  // namespace faultrig::bank_2pc
