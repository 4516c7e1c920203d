#include "targets/bank_2pc/lock_table.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "harness/random.hpp"

namespace faultrig::bank_2pc {
namespace {

// The lower the number, the older.
LockRequest of(std::int64_t number, LockMode mode, std::vector<Account> accounts) {
  const TxId tx{0, number};
  return {tx, Age{number, tx}, mode, std::move(accounts)};
}
TxId tx(std::int64_t number) { return {0, number}; }

constexpr LockMode shared = LockMode::shared;
constexpr LockMode exclusive = LockMode::exclusive;

TEST(LockTable, ReadersShareAndWritersDoNot) {
  LockTable locks;
  EXPECT_EQ(locks.acquire(of(5, shared, {1, 2})), LockResult::granted);
  EXPECT_EQ(locks.acquire(of(6, shared, {2, 3})), LockResult::granted);
  EXPECT_EQ(locks.acquire(of(7, exclusive, {3})), LockResult::dies);
  EXPECT_EQ(locks.acquire(of(4, exclusive, {3})), LockResult::waits);
  EXPECT_EQ(locks.acquire(of(8, exclusive, {4})), LockResult::granted);
  EXPECT_TRUE(locks.holds(tx(6), 3));
  EXPECT_FALSE(locks.holds(tx(6), 1));
  EXPECT_TRUE(locks.is_waiting(tx(4)));
}

TEST(LockTable, NobodyOvertakesAnOlderOneThatWaits) {
  LockTable locks;
  locks.acquire(of(5, shared, {1}));
  EXPECT_EQ(locks.acquire(of(2, exclusive, {1})), LockResult::waits);
  EXPECT_EQ(locks.acquire(of(6, shared, {1})), LockResult::dies) << "or the writer would starve";
  EXPECT_EQ(locks.acquire(of(1, shared, {1})), LockResult::granted) << "this one is older";
}

TEST(LockTable, AReleaseGoesToTheOldestAndKillsWhoWouldWaitForIt) {
  LockTable locks;
  locks.acquire(of(9, exclusive, {1}));
  EXPECT_EQ(locks.acquire(of(5, exclusive, {1})), LockResult::waits);
  EXPECT_EQ(locks.acquire(of(3, exclusive, {1})), LockResult::waits);
  EXPECT_TRUE(locks.release(tx(9)));
  const auto turns = locks.turns();
  ASSERT_EQ(turns.size(), 2u);
  EXPECT_EQ(turns[0].tx, tx(3));
  EXPECT_TRUE(turns[0].granted);
  EXPECT_EQ(turns[1].tx, tx(5));
  EXPECT_FALSE(turns[1].granted);
  EXPECT_TRUE(locks.release(tx(3)));
  EXPECT_TRUE(locks.turns().empty());
  EXPECT_TRUE(locks.holders().empty());
  EXPECT_FALSE(locks.release(tx(3)));
}

// It would wait for an older one otherwise, and so for ever in a circle over two nodes.
TEST(LockTable, AnOlderNewcomerKillsAYoungerOneThatWaitsForAnother) {
  LockTable locks;
  locks.acquire(of(9, exclusive, {1}));
  EXPECT_EQ(locks.acquire(of(5, exclusive, {1, 2})), LockResult::waits);
  EXPECT_EQ(locks.acquire(of(3, exclusive, {2})), LockResult::granted);
  const auto turns = locks.turns();
  ASSERT_EQ(turns.size(), 1u);
  EXPECT_EQ(turns[0].tx, tx(5));
  EXPECT_FALSE(turns[0].granted);
}

TEST(LockTable, WhoGivesUpWaitingLeavesTheOthersAlone) {
  LockTable locks;
  locks.acquire(of(9, exclusive, {1}));
  locks.acquire(of(5, exclusive, {1}));
  EXPECT_TRUE(locks.release(tx(5)));
  EXPECT_TRUE(locks.turns().empty());
  EXPECT_FALSE(locks.is_waiting(tx(5)));
  EXPECT_TRUE(locks.holds_any(tx(9)));
}

// By chance: no two holders conflict, and who waits has no older one in its way.
TEST(LockTable, ByChanceNobodyWaitsForAnOlderOne) {
  Random random(7);
  LockTable locks;
  std::map<std::int64_t, LockRequest> known;
  std::set<std::int64_t> holding, waiting;
  const auto conflict = [&](std::int64_t a, std::int64_t b) {
    const LockRequest &x = known.at(a), &y = known.at(b);
    if (x.mode == shared && y.mode == shared) return false;
    return std::any_of(x.accounts.begin(), x.accounts.end(), [&](Account account) {
      return std::count(y.accounts.begin(), y.accounts.end(), account) > 0;
    });
  };
  const auto take_turns = [&] {
    for (const auto& turn : locks.turns()) {
      ASSERT_EQ(waiting.erase(turn.tx.number), 1u);
      if (turn.granted) holding.insert(turn.tx.number);
      if (!turn.granted) known.erase(turn.tx.number);
    }
  };
  for (int step = 0; step < 20'000; ++step) {
    if (known.size() < 8 && random.below(2) == 0) {
      const std::int64_t number = random.between(1, 1'000'000);
      if (known.contains(number)) continue;
      const std::int64_t account = random.between(0, 3);
      known[number] =
          of(number, random.below(3) == 0 ? shared : exclusive, {account, (account + 1) % 4});
      const LockResult result = locks.acquire(known[number]);
      if (result == LockResult::granted) holding.insert(number);
      if (result == LockResult::waits) waiting.insert(number);
      if (result == LockResult::dies) known.erase(number);
      take_turns();
    } else if (!known.empty()) {
      auto at = known.begin();
      std::advance(at, random.below(known.size()));
      const std::int64_t number = at->first;
      ASSERT_TRUE(locks.release(tx(number)));
      holding.erase(number);
      waiting.erase(number);
      known.erase(number);
      take_turns();
    }
    for (const std::int64_t a : holding) {
      ASSERT_TRUE(locks.holds_any(tx(a)));
      for (const std::int64_t b : holding) ASSERT_TRUE(a == b || !conflict(a, b));
      for (const std::int64_t w : waiting) ASSERT_TRUE(w < a || !conflict(a, w));
    }
    for (const std::int64_t w : waiting) {
      ASSERT_TRUE(std::any_of(holding.begin(), holding.end(), [&](std::int64_t a) {
        return conflict(a, w);
      })) << "it waits for nobody";
    }
  }
}

}  // namespace
}  // namespace faultrig::bank_2pc
