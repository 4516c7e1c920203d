#include "reports/bank_story.hpp"

#include <gtest/gtest.h>

#include "reports/json.hpp"
#include "reports/story.hpp"
#include "tests/reports/run_support.hpp"

namespace faultrig {
namespace {

Operation read_at(ProcessId process, double asked, std::string node, Value balances) {
  Operation read = make_operation(process, "read", Value(), std::move(balances), Outcome::ok, asked,
                                  asked + 0.004, std::move(node));
  read.key.reset();
  read.invoked_at = static_cast<std::int64_t>(asked * 1000);
  return read;
}

Verdict broken() {
  BrokenBank evidence;
  evidence.total = 100;
  evidence.reads = 663;
  evidence.bad = 3;
  evidence.first = {read_at(4, 1.25, "n2", Value::map({{"0", 40}, {"1", 55}})),
                    BrokenBank::Kind::wrong_total, "", "95", "5 too little"};
  evidence.worst = {read_at(7, 2.5, "n5", Value::map({{"0", 40}, {"1", 90}})),
                    BrokenBank::Kind::wrong_total, "", "130", "30 too much"};
  evidence.last = {read_at(9, 9, "n1", Value::map({{"0", -2}, {"1", 102}})),
                   BrokenBank::Kind::negative_balance, "0", "-2", ""};
  Verdict verdict;
  verdict.checker = "bank";
  verdict.validity = Validity::invalid;
  verdict.reasons = {"3 of 663 reads show balances that cannot be"};
  verdict.evidence = evidence;
  return verdict;
}

TEST(BankStory, TellsTheFirstTheWorstAndTheLast) {
  const std::vector<Verdict> verdicts = {broken()};
  Report report;
  report.verdicts = verdicts;
  report.validity = Validity::invalid;
  EXPECT_EQ(lead(report), "A wrong total: 95 in all, 5 too little, as told by n2");
  EXPECT_EQ(story(report), R"(INVALID: bank
A wrong total: 95 in all, 5 too little, as told by n2

  Transfers only move money: whoever reads all accounts must find 100 in all, and no account below
  what the bank allows. 3 of 663 reads did not.

  First: process 4 asked n2 at 1.250 s and was told at 1.254 s that the accounts hold 95 in all, 5
  too little.
    0: 40, 1: 55

  Worst: process 7 asked n5 at 2.500 s and was told at 2.504 s that the accounts hold 130 in all,
  30 too much.
    0: 40, 1: 90

  Last: process 9 asked n1 at 9.000 s and was told at 9.004 s that account 0 holds -2.
    0: -2, 1: 102
)");
}

TEST(BankStory, AnOnlyOneIsToldOnce) {
  BrokenBank evidence = std::get<BrokenBank>(broken().evidence);
  evidence.bad = evidence.reads = 1;
  evidence.worst = evidence.last = evidence.first;
  const std::string text = bank_story(evidence);
  EXPECT_NE(text.find("1 of 1 read did not."), std::string::npos);
  EXPECT_NE(text.find("First: "), std::string::npos);
  EXPECT_EQ(text.find("Worst: "), std::string::npos);
  EXPECT_EQ(text.find("Last: "), std::string::npos);
}

TEST(BankStory, GoesIntoTheJsonReport) {
  const Value value = to_value(broken().evidence);
  EXPECT_EQ(value.string_or("kind", ""), "broken-bank");
  EXPECT_EQ(value.integer_or("bad", 0), 3);
  EXPECT_EQ(value.find("last")->string_or("what", ""), "account 0 holds -2");
}

}  // namespace
}  // namespace faultrig
