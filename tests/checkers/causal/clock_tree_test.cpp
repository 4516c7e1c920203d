// Clocks that share their parts against plain rows of bounds.
#include "checkers/causal/clock_tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

using Row = std::vector<std::uint32_t>;

void expect_same(const ClockTree& tree, ClockTree::Clock clock, const Row& row) {
  for (std::uint32_t s = 0; s < row.size(); ++s) ASSERT_EQ(tree.bound(clock, s), row[s]) << s;
}

void expect_same_differences(const ClockTree& tree, ClockTree::Clock newer, const Row& newer_row,
                             ClockTree::Clock older, const Row& older_row) {
  Row expected, found;
  for (std::uint32_t s = 0; s < newer_row.size(); ++s) {
    if (newer_row[s] > older_row[s])
      expected.insert(expected.end(), {s, newer_row[s], older_row[s]});
  }
  tree.visit_newer(newer, older, [&](std::uint32_t s, std::uint32_t a, std::uint32_t b) {
    found.insert(found.end(), {s, a, b});
  });
  ASSERT_EQ(found, expected);
  // The same among every third session.
  Row sessions, among, expected_among;
  for (std::uint32_t s = 0; s < newer_row.size(); s += 3) {
    sessions.push_back(s);
    if (newer_row[s] > older_row[s]) expected_among.push_back(s);
  }
  tree.visit_newer_among(newer, older, sessions.data(), 0,
                         static_cast<std::uint32_t>(sessions.size()),
                         [&](std::uint32_t i) { among.push_back(sessions[i]); });
  ASSERT_EQ(among, expected_among);
}

TEST(ClockTree, does_what_rows_do) {
  for (const std::uint32_t sessions : {1U, 7U, 32U, 33U, 200U, 1024U, 1025U, 3000U}) {
    testing::Dice dice(sessions);
    ClockTree tree(sessions);
    std::vector<std::pair<ClockTree::Clock, Row>> clocks = {{ClockTree::nothing, Row(sessions, 0)}};
    for (int step = 0; step < 300; ++step) {
      auto [clock, row] = clocks[dice.below(clocks.size())];
      const auto& [other, other_row] = clocks[dice.below(clocks.size())];
      if (dice.chance(1, 2)) {
        const auto session = static_cast<std::uint32_t>(dice.below(sessions));
        const auto bound = static_cast<std::uint32_t>(dice.below(1000));
        clock = tree.with(clock, session, bound);
        row[session] = std::max(row[session], bound);
      } else {
        clock = tree.join(clock, other);
        for (std::uint32_t s = 0; s < sessions; ++s) row[s] = std::max(row[s], other_row[s]);
      }
      expect_same(tree, clock, row);
      expect_same_differences(tree, clock, row, other, other_row);
      expect_same_differences(tree, other, other_row, clock, row);
      clocks.emplace_back(clock, row);
    }
    for (const auto& [clock, row] : clocks) expect_same(tree, clock, row);
  }
}

// Whoever knows all that the other knows is taken over as it is.
TEST(ClockTree, makes_no_copy_of_what_is_there) {
  ClockTree tree(2000);
  ClockTree::Clock clock = ClockTree::nothing;
  for (std::uint32_t s = 0; s < 2000; ++s) clock = tree.with(clock, s, s + 1);
  const ClockTree::Clock later = tree.with(clock, 1999, 5000);
  const std::uint64_t nodes = tree.nodes();
  EXPECT_EQ(tree.join(clock, later), later);
  EXPECT_EQ(tree.join(later, clock), later);
  EXPECT_EQ(tree.join(clock, ClockTree::nothing), clock);
  EXPECT_EQ(tree.with(later, 17, 3), later);
  EXPECT_EQ(tree.nodes(), nodes);
  const ClockTree::Clock gone = tree.with(later, 0, 77);
  EXPECT_NE(gone, later);
  tree.forget_since(nodes);
  EXPECT_EQ(tree.nodes(), nodes);
}

}  // namespace
}  // namespace faultrig
