#include "targets/raft_kv/log.hpp"

#include <gtest/gtest.h>

namespace faultrig::raft_kv {
namespace {

Log log_of(std::initializer_list<Term> terms, Index base = 0, Term base_term = 0) {
  Log log(base, base_term);
  for (const Term term : terms) log.append({term, Value()});
  return log;
}

TEST(Log, KnowsTheTermsItHasAndThatOfItsBase) {
  const Log log = log_of({3, 3, 5}, 10, 2);
  EXPECT_EQ(log.term_at(9), std::nullopt);
  EXPECT_EQ(log.term_at(10), 2);
  EXPECT_EQ(log.term_at(12), 3);
  EXPECT_EQ(log.term_at(13), 5);
  EXPECT_EQ(log.term_at(14), std::nullopt);
  EXPECT_EQ(log.last_index(), 13);
  EXPECT_EQ(log.last_term(), 5);
  EXPECT_EQ(Log(4, 2).last_term(), 2);
}

TEST(Log, TruncatesAndCompacts) {
  Log log = log_of({1, 1, 2, 2, 3});
  log.truncate_from(5);
  EXPECT_EQ(log.last_index(), 4);
  log.compact_to(3);
  EXPECT_EQ(log.base_index(), 3);
  EXPECT_EQ(log.base_term(), 2);
  EXPECT_EQ(log.last_index(), 4);
  EXPECT_EQ(log.at(4).term, 2);
  log.reset(9, 4);
  EXPECT_EQ(log.last_index(), 9);
  EXPECT_EQ(log.last_term(), 4);
}

// In every build: a release build must not read beyond the entries either.
TEST(Log, GuardsWhatItRequires) {
  Log log = log_of({2, 2, 3}, 4, 1);
  EXPECT_THROW(log.at(4), std::logic_error);
  EXPECT_THROW(log.at(8), std::logic_error);
  EXPECT_THROW(log.truncate_from(4), std::logic_error);
  EXPECT_THROW(log.compact_to(3), std::logic_error);
  EXPECT_THROW(log.compact_to(8), std::logic_error);
  EXPECT_EQ(log.last_index(), 7) << "what is refused changes nothing";
}

TEST(Log, FindsRunsForTheFastBackUp) {
  const Log log = log_of({2, 2, 2, 4, 4}, 3, 2);
  EXPECT_EQ(log.first_of_run(8), 7);
  EXPECT_EQ(log.first_of_run(6), 4) << "never below the base";
  EXPECT_EQ(log.last_with_term(4), 8);
  EXPECT_EQ(log.last_with_term(2), 6);
  EXPECT_EQ(log.last_with_term(3), std::nullopt);
  EXPECT_EQ(log_of({4}, 3, 2).last_with_term(2), 3) << "the base counts";
}

TEST(Log, SlicesWithinBothLimitsButNeverToNothing) {
  Log log;
  for (int i = 0; i < 10; ++i) log.append({1, Value(std::string(100, 'x'))});
  EXPECT_EQ(log.slice(1, 100, 1000000).size(), 10u);
  EXPECT_EQ(log.slice(4, 3, 1000000).size(), 3u);
  EXPECT_EQ(log.slice(1, 100, 250).size(), 2u);
  EXPECT_EQ(log.slice(1, 100, 1).size(), 1u);
  EXPECT_TRUE(log.slice(11, 100, 1000).empty());
}

TEST(Log, ApproximateSizeIsNeverFarBelowTheText) {
  const Value value = Value::map({{"key", "abc"},
                                  {"list", Value::list({1, 22, 1000000000000, Value(), true})},
                                  {"real", 0.123456789},
                                  {"text", std::string(50, 'y')}});
  const auto exact = static_cast<std::int64_t>(value.to_string().size());
  EXPECT_GE(approximate_size(value), exact - 8);
  EXPECT_LE(approximate_size(value), 2 * exact);
}

}  // namespace
}  // namespace faultrig::raft_kv
