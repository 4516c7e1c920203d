#include "checkers/invariants/bank.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"

namespace faultrig {
namespace {

Verdict judge(std::string_view drawing, const BankRules& rules = {.total = 10}) {
  return BankChecker(rules).check(parse_timeline(drawing).history, {});
}

const BrokenBank& evidence_of(const Verdict& verdict) {
  return std::get<BrokenBank>(verdict.evidence);
}

TEST(Bank, every_read_has_the_total) {
  EXPECT_EQ(judge("p0 |--read {\"a\":4,\"b\":6}--| |--read {\"a\":10}--|\n").validity,
            Validity::valid);
  const Verdict verdict = judge(
      "p0 |--read {\"a\":4,\"b\":6}--| |--read {\"a\":4,\"b\":5}--|\n"
      "p1                                                            |--read {\"a\":13}--|\n"
      "p2                                                                                  |--read "
      "{\"a\":8,\"b\":1}--|\n");
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(verdict.reasons, std::vector<std::string>{"3 of 4 reads show balances that cannot be"});
  const BrokenBank& evidence = evidence_of(verdict);
  EXPECT_EQ(evidence.total, 10);
  EXPECT_EQ(evidence.reads, 4);
  EXPECT_EQ(evidence.bad, 3);
  EXPECT_EQ(evidence.first.read.process, 0);
  EXPECT_EQ(evidence.first.difference, "1 too little");
  EXPECT_EQ(evidence.worst.read.process, 1);
  EXPECT_EQ(evidence.worst.difference, "3 too much");
  EXPECT_EQ(evidence.last.read.process, 2);
}

TEST(Bank, no_balance_is_below_0_unless_it_may) {
  const char* drawing = "p0 |--read {\"a\":-2,\"b\":12}--|\n";
  const Verdict verdict = judge(drawing);
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(evidence_of(verdict).first.kind, BrokenBank::Kind::negative_balance);
  EXPECT_EQ(evidence_of(verdict).first.account, "a");
  EXPECT_EQ(evidence_of(verdict).first.amount, "-2");
  EXPECT_EQ(judge(drawing, {.total = 10, .may_overdraw = true}).validity, Validity::valid);
}

TEST(Bank, no_account_is_there_that_there_is_not) {
  const BankRules rules{.total = 10, .accounts = {"b", "a", "c"}};
  EXPECT_EQ(judge("p0 |--read {\"a\":4,\"c\":6}--|\n", rules).validity, Validity::valid);
  const Verdict verdict = judge("p0 |--read {\"a\":4,\"bb\":6}--|\n", rules);
  EXPECT_EQ(verdict.validity, Validity::invalid);
  EXPECT_EQ(evidence_of(verdict).first.kind, BrokenBank::Kind::unknown_account);
  EXPECT_EQ(evidence_of(verdict).first.account, "bb");
}

TEST(Bank, what_is_no_balances_is_no_read_of_a_bank) {
  for (const char* value : {"[1,2]", "10", "{\"a\":10.0}", "{\"a\":\"10\"}"}) {
    const Verdict verdict = judge(std::string("p0 |--read ") + value + "--|\n");
    EXPECT_EQ(verdict.validity, Validity::invalid) << value;
    EXPECT_EQ(evidence_of(verdict).first.kind, BrokenBank::Kind::not_balances);
  }
}

TEST(Bank, sums_beyond_64_bits_are_sums_all_the_same) {
  const char* most = "9223372036854775807";
  const std::string three =
      std::string("p0 |--read {\"a\":") + most + ",\"b\":" + most + ",\"c\":" + most + "}--|\n";
  EXPECT_EQ(evidence_of(judge(three)).first.amount, "27670116110564327421");
  const std::string wraps =
      "p0 |--read {\"a\":9223372036854775807,\"b\":9223372036854775807,"
      "\"c\":12}--|\n";
  EXPECT_EQ(judge(wraps).validity, Validity::invalid) << "10 in 64 bits";
  const std::string cancels =
      "p0 |--read {\"a\":9223372036854775807,\"b\":9223372036854775807,\"c\":-9223372036854775807,"
      "\"d\":-9223372036854775807,\"e\":10}--|\n";
  EXPECT_EQ(judge(cancels, {.total = 10, .may_overdraw = true}).validity, Validity::valid);
  const std::string lowest = "p0 |--read {\"a\":-9223372036854775808}--|\n";
  EXPECT_EQ(evidence_of(judge(lowest)).first.difference, "9223372036854775818 too little");
}

TEST(Bank, what_is_not_ok_proves_nothing) {
  const Verdict verdict = judge("p0 |--read--x |--read--?\n");
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_EQ(verdict.reasons, std::vector<std::string>{"no read succeeded, so no total was seen"});
}

TEST(Bank, a_total_that_may_change_is_not_judged) {
  const char* rest = "p1 |--read {\"a\":12}--|\n";
  EXPECT_EQ(judge(std::string("p0 |--deposit 2--|\n") + rest).validity, Validity::unknown);
  EXPECT_EQ(judge(std::string("p0 |--withdraw 2--?\n") + rest).validity, Validity::unknown);
  EXPECT_EQ(judge(std::string("p0 |--deposit 2--x\n") + rest).validity, Validity::invalid);
}

// --- a stupid twin: each read by itself, nothing remembered ---

bool is_bad(const Value& output, const BankRules& rules) {
  std::int64_t sum = 0;  // the twin sees small numbers only
  for (const auto& [account, balance] : output.as_map()) {
    if (std::find(rules.accounts.begin(), rules.accounts.end(), account) == rules.accounts.end()) {
      return true;
    }
    if (balance.as_integer() < 0 && !rules.may_overdraw) return true;
    sum += balance.as_integer();
  }
  return sum != rules.total;
}

Operation read_of(std::int64_t number, Value output, Outcome outcome) {
  Operation read;
  read.process = number;
  read.f = "read";
  read.output = std::move(output);
  read.outcome = outcome;
  read.invoked_at = 2 * number;
  read.completed_at = outcome == Outcome::info ? Operation::never : 2 * number + 1;
  return read;
}

// From `low` to `high`, both included.
std::int64_t drawn(std::int64_t low, std::int64_t high) { return *rc::gen::inRange(low, high + 1); }

// Money is moved at random; now and then a read is spoilt.
std::vector<Operation> random_reads(const BankRules& rules) {
  std::vector<std::int64_t> balances(rules.accounts.size(), 0);
  balances.front() = rules.total;
  std::vector<Operation> reads;
  for (std::int64_t i = 0; i < 30; ++i) {
    const auto last = static_cast<std::int64_t>(balances.size()) - 1;
    const auto from = static_cast<std::size_t>(drawn(0, last));
    const auto to = static_cast<std::size_t>(drawn(0, last));
    const std::int64_t most = std::max<std::int64_t>(balances[from], 0);
    const std::int64_t amount = drawn(0, rules.may_overdraw ? most + 3 : most);
    balances[from] -= amount;
    balances[to] += amount;
    Value::Map output;
    for (std::size_t a = 0; a < balances.size(); ++a) {
      if (balances[a] != 0 || drawn(0, 1) == 0) {
        output.emplace_back(rules.accounts[a], balances[a]);
      }
    }
    switch (drawn(0, 39)) {
      case 0:
        output.emplace_back(rules.accounts[to], balances[to] + drawn(1, 3));
        break;
      case 1:
        output.emplace_back("stranger", 0);
        break;
      case 2:
        output.emplace_back(rules.accounts[to], -1);
        break;
      default:
        break;
    }
    const auto outcome = static_cast<Outcome>(std::max<std::int64_t>(0, drawn(-6, 2)));
    Value seen = outcome == Outcome::ok ? Value(std::move(output)) : Value();
    reads.push_back(read_of(i, std::move(seen), outcome));
  }
  return reads;
}

RC_GTEST_PROP(BankProperty, agrees_with_a_look_at_every_read, ()) {
  BankRules rules{.total = drawn(0, 20)};
  rules.may_overdraw = drawn(0, 1) == 0;
  for (std::int64_t left = drawn(1, 5); left > 0; --left) {
    rules.accounts.push_back("a" + std::to_string(left));
  }
  const std::vector<Operation> reads = random_reads(rules);
  std::vector<std::int64_t> bad;
  for (const Operation& read : reads) {
    if (read.outcome == Outcome::ok && is_bad(read.output, rules)) bad.push_back(read.process);
  }
  const Verdict verdict = BankChecker(rules).check(history_of(reads), {});
  if (bad.empty()) {
    RC_ASSERT(verdict.validity != Validity::invalid);
    return;
  }
  RC_ASSERT(verdict.validity == Validity::invalid);
  const BrokenBank& evidence = evidence_of(verdict);
  RC_ASSERT(evidence.bad == static_cast<std::int64_t>(bad.size()));
  RC_ASSERT(evidence.first.read.process == bad.front());
  RC_ASSERT(evidence.last.read.process == bad.back());
  RC_ASSERT(std::count(bad.begin(), bad.end(), evidence.worst.read.process) == 1);
}

}  // namespace
}  // namespace faultrig
