// What a campaign says in numbers: rates of failure, minimal lists, likeness to known pitfalls.
#include <gtest/gtest.h>

#include <cmath>

#include "campaign/failure_rate.hpp"
#include "campaign/minimize.hpp"
#include "campaign/signature.hpp"
#include "harness/errors.hpp"

namespace faultrig {
namespace {

TEST(FailureRate, without_a_failure_the_bound_is_about_three_in_the_runs) {
  EXPECT_NEAR(failure_rate(0, 1000).high, 1 - std::pow(0.05, 1.0 / 1000), 1e-9);
  EXPECT_EQ(failure_rate(0, 1000).low, 0);
}

TEST(FailureRate, agrees_with_the_published_table) {
  // Clopper and Pearson at 95 %: 3 of 200.
  EXPECT_NEAR(failure_rate(3, 200).low, 0.0031, 0.0001);
  EXPECT_NEAR(failure_rate(3, 200).high, 0.0432, 0.0001);
}

TEST(FailureRate, nothing_tested_says_nothing) {
  EXPECT_EQ(failure_rate(0, 0).low, 0);
  EXPECT_EQ(failure_rate(0, 0).high, 1);
}

TEST(Minimized, leaves_exactly_what_is_needed) {
  std::vector<int> items;
  for (int i = 0; i < 100; ++i) items.push_back(i);
  const std::function<bool(const std::vector<int>&)> fails = [](const std::vector<int>& some) {
    const auto has = [&](int wanted) {
      return std::find(some.begin(), some.end(), wanted) != some.end();
    };
    return has(7) && has(50) && has(99);
  };
  EXPECT_EQ(minimized(items, fails), (std::vector<int>{7, 50, 99}));
}

SignatureRecord record(const std::string& bug, const std::vector<std::string>& signature) {
  SignatureRecord made;
  made.bug = bug;
  for (int i = 0; i < 5; ++i) made.add(signature);
  return made;
}

TEST(Signature, the_likeliest_is_the_one_that_showed_the_same) {
  const std::vector<SignatureRecord> records = {
      record("a", {"broke one-vote", "one-vote: no restart between the votes"}),
      record("b", {"broke one-vote", "one-vote: restarted between the votes"})};
  const auto likely = compare({"broke one-vote", "one-vote: restarted between the votes"}, records);
  ASSERT_EQ(likely.size(), 2u);
  EXPECT_EQ(likely[0].bug, "b");
  EXPECT_GT(likely[0].share, 0.9);
}

TEST(Signature, what_no_record_has_seen_gives_no_hint) {
  const std::vector<SignatureRecord> records = {record("a", {"after kill"})};
  EXPECT_TRUE(compare({"after kill", "broke something new"}, records).empty());
  EXPECT_TRUE(compare({"broke one-vote"}, {}).empty());
}

TEST(Signature, records_are_read_as_they_were_written) {
  const std::vector<SignatureRecord> records = {record("a", {"x", "y: \"z\""})};
  const auto again = read_signatures(to_text(records), "signatures.jsonl");
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].bug, "a");
  EXPECT_EQ(again[0].features, records[0].features);
  EXPECT_THROW(read_signatures("{\"bug\":\"a\"}\n", "f"), UsageError);
  EXPECT_THROW(read_signatures("nonsense\n", "f"), UsageError);
}

}  // namespace
}  // namespace faultrig
