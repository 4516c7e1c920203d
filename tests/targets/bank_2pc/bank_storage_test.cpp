#include "targets/bank_2pc/storage.hpp"

#include <gtest/gtest.h>

#include "harness/random.hpp"

namespace faultrig::bank_2pc {
namespace {

Prepare prepare(std::int32_t node, std::int64_t number, std::int64_t mark, Account account,
                Money delta) {
  const TxId tx{node, number};
  return {tx, {number, tx}, mark, {0, 1}, "c1#" + std::to_string(number), {{account, delta}}};
}

std::vector<Record> some_of_each() {
  const Prepare first = prepare(0, 5, 3, 0, -4), second = prepare(1, 7, 0, 2, 1 << 30);
  return {LifeRecord{3, 11},
          BalanceRecord{2, 40},
          PreparedRecord{first},
          PreparedRecord{second},
          DecisionRecord{{0, 5}, {0, 1}},
          OutcomeRecord{first.tx, true, first.request, first.writes},
          RequestRecord{"id:\"rent\""},
          OutcomeRecord{{2, 9}, false, "", {}},
          EndRecord{{0, 5}},
          MarkRecord{2, 4}};
}

std::string bytes_of(const std::vector<Record>& records) {
  std::string bytes;
  for (const Record& record : records) append_record(bytes, record);
  return bytes;
}

// All that a ledger knows, as text.
std::string text_of(const Ledger& ledger) {
  std::string text = bytes_of(ledger.snapshot());
  for (const auto& [tx, finished] : ledger.finished()) text += to_text(tx);
  return text;
}

Ledger ledger_of(std::string_view bytes) {
  Ledger ledger;
  ledger.open(0, 10);
  ledger.open(2, 10);
  replay(bytes, ledger);
  return ledger;
}

TEST(BankStorage, ReplayingRecordsGivesTheLedgerThatWroteThem) {
  Ledger live;
  live.open(0, 10);
  live.open(2, 10);
  for (const Record& record : some_of_each()) live.apply(record);
  EXPECT_EQ(live.balances().at(0), 6);
  EXPECT_EQ(live.balances().at(2), 40);
  EXPECT_EQ(live.prepared().size(), 1u);
  EXPECT_TRUE(live.has_done("c1#5"));
  EXPECT_TRUE(live.decisions().empty());
  EXPECT_EQ(text_of(ledger_of(bytes_of(some_of_each()))), text_of(live));
}

TEST(BankStorage, ASnapshotIsTheSameLedger) {
  const Ledger ledger = ledger_of(bytes_of(some_of_each()));
  EXPECT_EQ(text_of(ledger_of(bytes_of(ledger.snapshot()))), text_of(ledger));
}

TEST(BankStorage, ATornTailIsLeftOutAndSaid) {
  const std::string whole = bytes_of(some_of_each());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    Ledger ledger;
    const ReadLog read = replay(std::string_view(whole).substr(0, size), ledger);
    EXPECT_EQ(read.torn.empty(), read.good_bytes == size);
    EXPECT_LE(read.good_bytes, size);
  }
}

TEST(BankStorage, AFlippedBitIsFound) {
  const std::string whole = bytes_of(some_of_each());
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string spoilt = whole;
    spoilt[bit / 8] = static_cast<char>(spoilt[bit / 8] ^ (1 << (bit % 8)));
    Ledger ledger;
    EXPECT_FALSE(replay(spoilt, ledger).torn.empty()) << "bit " << bit;
  }
}

TEST(BankStorage, AnyBytesWillDo) {
  Random random(3);
  for (int i = 0; i < 2'000; ++i) {
    std::string bytes;
    for (std::uint64_t left = random.below(60); left > 0; --left) {
      bytes += static_cast<char>(random.below(4) == 0 ? random.below(256) : random.below(8));
    }
    Ledger ledger;
    EXPECT_LE(replay(bytes, ledger).good_bytes, bytes.size());
  }
}

TEST(BankLedger, AnOutcomeTakesEffectOnce) {
  Ledger ledger;
  ledger.open(0, 10);
  const Prepare message = prepare(1, 7, 0, 0, 5);
  ledger.apply(PreparedRecord{message});
  for (int i = 0; i < 3; ++i) {
    ledger.apply(OutcomeRecord{message.tx, true, message.request, message.writes});
  }
  EXPECT_EQ(ledger.balances().at(0), 15);
  ledger.apply(PreparedRecord{message});
  EXPECT_TRUE(ledger.prepared().empty()) << "what is over is not in doubt again";
}

TEST(BankLedger, AMarkForgetsWhatIsOverAndKeepsWhatIsInDoubt) {
  Ledger ledger;
  for (const std::int64_t number : {4, 5, 6}) {
    ledger.apply(OutcomeRecord{{1, number}, true, "", {}});
  }
  ledger.apply(PreparedRecord{prepare(1, 3, 0, 0, 1)});
  ledger.apply(OutcomeRecord{{2, 4}, true, "", {}});
  ledger.apply(PreparedRecord{prepare(1, 9, 6, 0, 1)});
  EXPECT_EQ(ledger.finished().size(), 2u);
  EXPECT_EQ(ledger.prepared().size(), 2u);
  EXPECT_TRUE(ledger.is_over({1, 5}));
  EXPECT_FALSE(ledger.is_over({1, 6}));
  EXPECT_FALSE(ledger.is_over({2, 4}));
}

TEST(BankLedger, TheOldestRequestsAreForgottenFirst) {
  Ledger ledger(2);
  for (const char* request : {"a", "b", "a", "c"}) ledger.apply(RequestRecord{request});
  EXPECT_FALSE(ledger.has_done("a"));
  EXPECT_TRUE(ledger.has_done("b"));
  EXPECT_TRUE(ledger.has_done("c"));
}

}  // namespace
}  // namespace faultrig::bank_2pc
