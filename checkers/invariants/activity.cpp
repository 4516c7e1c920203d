#include "checkers/invariants/activity.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <map>

namespace faultrig {
namespace {

struct Tally {
  std::int64_t ok = 0;
  std::int64_t failed = 0;
  std::int64_t unknown = 0;
};

std::string gap_of(const std::string& f, const Tally& tally) {
  if (tally.failed + tally.unknown == 0) return fmt::format("no {} was ever invoked", f);
  return fmt::format("no {} succeeded ({} failed, {} unknown)", f, tally.failed, tally.unknown);
}

}  // namespace

ActivityChecker::ActivityChecker(std::vector<std::string> required)
    : required_(std::move(required)) {}

Verdict ActivityChecker::check(const History& history, const CheckBudget&) const {
  std::map<std::string, Tally> tallies;
  for (const std::string& f : required_) tallies[f];
  for (const Operation& operation : history.operations()) {
    Tally& tally = tallies[operation.f];
    switch (operation.outcome) {
      case Outcome::ok:
        ++tally.ok;
        break;
      case Outcome::fail:
        ++tally.failed;
        break;
      case Outcome::info:
        ++tally.unknown;
        break;
    }
  }
  Verdict verdict;
  verdict.checker = name();
  verdict.procedure = "counting";
  Inactivity inactivity;
  if (history.empty()) inactivity.gaps.push_back("the history is empty");
  for (const auto& [f, tally] : tallies) {
    if (tally.ok == 0) inactivity.gaps.push_back(gap_of(f, tally));
    verdict.statistics.emplace_back(
        f, fmt::format("{} ok, {} failed, {} unknown", tally.ok, tally.failed, tally.unknown));
  }
  verdict.validity = inactivity.gaps.empty() ? Validity::valid : Validity::unknown;
  verdict.reasons = inactivity.gaps;
  if (!inactivity.gaps.empty()) verdict.evidence = std::move(inactivity);
  return verdict;
}

}  // namespace faultrig
