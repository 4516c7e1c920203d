#include "checkers/guarded_check.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <stdexcept>

namespace faultrig {
namespace {

class ScriptedChecker final : public Checker {
 public:
  explicit ScriptedChecker(std::function<Verdict()> script) : script_(std::move(script)) {}
  std::string name() const override { return "scripted"; }
  Verdict check(const History&, const CheckBudget&) const override { return script_(); }

 private:
  std::function<Verdict()> script_;
};

Verdict guarded(std::function<Verdict()> script) {
  return guarded_check(ScriptedChecker(std::move(script)), History(), {});
}

TEST(GuardedCheck, whatever_a_checker_throws_is_unknown) {
  const Verdict broken = guarded([]() -> Verdict { throw std::runtime_error("index 7 of 3"); });
  EXPECT_EQ(broken.validity, Validity::unknown);
  EXPECT_EQ(broken.checker, "scripted");
  EXPECT_EQ(broken.reasons.at(0), "the scripted checker broke: index 7 of 3");
  const Verdict memory = guarded([]() -> Verdict { throw std::bad_alloc(); });
  EXPECT_EQ(memory.validity, Validity::unknown);
  EXPECT_NE(memory.reasons.at(0).find("ran out of memory"), std::string::npos);
  const Verdict odd = guarded([]() -> Verdict { throw 7; });
  EXPECT_EQ(odd.validity, Validity::unknown);
  EXPECT_EQ(odd.reasons.size(), 1U);
}

TEST(GuardedCheck, passes_verdicts_on_and_wants_reasons) {
  const Verdict valid = guarded([] {
    Verdict verdict;
    verdict.validity = Validity::valid;
    return verdict;
  });
  EXPECT_EQ(valid.validity, Validity::valid);
  EXPECT_EQ(valid.checker, "scripted");
  EXPECT_TRUE(valid.reasons.empty());
  const Verdict silent = guarded([] {
    Verdict verdict;
    verdict.validity = Validity::invalid;
    return verdict;
  });
  EXPECT_EQ(silent.validity, Validity::invalid);
  EXPECT_EQ(silent.reasons.at(0), "the scripted checker gave no reason");
}

TEST(Validity, is_ordered) {
  EXPECT_EQ(worst(Validity::valid, Validity::unknown), Validity::unknown);
  EXPECT_EQ(worst(Validity::invalid, Validity::unknown), Validity::invalid);
  EXPECT_EQ(worst(Validity::valid, Validity::valid), Validity::valid);
}

}  // namespace
}  // namespace faultrig
