// What identifies a transaction and what it does: the words that all parts of the protocol share.
//
// A number is used once: it holds which life of its coordinator began it, so an old message can
// never be about a new transaction. Numbers of one coordinator grow, so "below this number all is
// over" (the mark that travels with every prepare) is all a participant must know to forget.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace faultrig::bank_2pc {

using Account = std::int64_t;
using Money = std::int64_t;
// A balance is from 0 to this, so no sum of two overflows.
inline constexpr Money most_money = std::int64_t{1} << 60;
// Beyond any number of a transaction, life or clock. Readers refuse what is larger.
inline constexpr std::int64_t largest_number = std::int64_t{1} << 53;

struct TxId {
  std::int32_t node = 0;    // of the coordinator, by its place among all
  std::int64_t number = 0;  // life * 2^32 + count within the life, both from 1
  friend auto operator<=>(const TxId&, const TxId&) = default;
};
// "n2-1.7": the seventh that n2 began in its first life.
std::string to_text(const TxId& id);
constexpr std::int64_t first_number_of_life(std::int64_t life) { return (life << 32) + 1; }

// Who is older in wait-die: the lower clock (Lamport's), then the lower number. A transaction that
// is tried again keeps its age, so it becomes the oldest in time and gets its locks (Rosenkrantz,
// Stearns and Lewis, "System Level Concurrency Control for Distributed Database Systems", 1978).
struct Age {
  std::int64_t clock = 0;
  TxId first;
  friend auto operator<=>(const Age&, const Age&) = default;
};

// A change of one account by one transaction.
struct Write {
  Account account = 0;
  Money delta = 0;  // in [-most_money, most_money]
  friend bool operator==(const Write&, const Write&) = default;
};

// What a participant answers when it is asked to prepare.
enum class Answer : std::uint8_t {
  yes,
  conflict,      // an older transaction holds a lock
  insufficient,  // the account does not hold so much
  overflow,      // the account would hold too much
  repeated,      // the request has taken effect before
  in_progress,   // the request may be taking effect under another number
  refused,       // this participant has promised never to commit it
};
inline constexpr int answers = 7;
std::string_view to_string(Answer answer);

}  // namespace faultrig::bank_2pc
