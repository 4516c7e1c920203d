#include "checkers/invariants/activity.hpp"

#include <gtest/gtest.h>

#include "checkers/history/timeline.hpp"

namespace faultrig {
namespace {

Verdict judge(std::string_view drawing, std::vector<std::string> required = {}) {
  return ActivityChecker(std::move(required)).check(parse_timeline(drawing).history, {});
}

TEST(Activity, every_kind_must_succeed_once) {
  EXPECT_EQ(judge("p0 |--write 1--| |--read 1--|\np1 |--write 2--?\n").validity, Validity::valid);
  const Verdict idle = judge("p0 |--write 1--| |--read--x |--read--x\np1 |--read--?\n");
  EXPECT_EQ(idle.validity, Validity::unknown);
  EXPECT_EQ(idle.reasons, std::vector<std::string>{"no read succeeded (2 failed, 1 unknown)"});
  EXPECT_EQ(std::get<Inactivity>(idle.evidence).gaps, idle.reasons);
}

TEST(Activity, what_is_required_must_succeed_even_if_nobody_tried) {
  const Verdict verdict = judge("p0 |--write 1--|\n", {"read", "write"});
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_EQ(verdict.reasons, std::vector<std::string>{"no read was ever invoked"});
}

TEST(Activity, an_empty_history_proves_nothing) {
  const Verdict verdict = judge("");
  EXPECT_EQ(verdict.validity, Validity::unknown);
  EXPECT_EQ(verdict.reasons, std::vector<std::string>{"the history is empty"});
}

}  // namespace
}  // namespace faultrig
