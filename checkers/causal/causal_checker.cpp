#include "checkers/causal/causal_checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "checkers/causal/causal_evidence.hpp"
#include "checkers/causal/causal_judge.hpp"

namespace faultrig {
namespace {

CausalLimits limits_of(const CheckBudget& budget) {
  constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max() / 16;
  return {std::min(budget.steps, most) * 16, budget.bytes};
}

Verdict verdict_of(const CausalHistory& history, CausalJudge& judge, CausalLevel level,
                   const Value& initial) {
  Verdict verdict;
  verdict.checker = to_string(level);
  const CausalJudge::Answer answer = judge.judge(level);
  verdict.procedure = fmt::format("{}, {} session{}", answer.procedure, history.sessions(),
                                  history.sessions() == 1 ? "" : "s");
  verdict.statistics = {{"operations", std::to_string(history.operations.size())},
                        {"sessions", std::to_string(history.sessions())},
                        {"keys", std::to_string(history.slots_begin.size() - 1)},
                        {"steps", std::to_string(judge.steps() / 16)}};
  if (!history.refusal.empty()) {
    verdict.reasons.push_back(history.refusal);
  } else if (answer.proof != nullptr) {
    verdict.validity = Validity::invalid;
    NotCausal evidence = evidence_of(history, *answer.proof, level, initial);
    verdict.reasons.push_back(sentence_of(evidence, level));
    if (answer.breaches > 1) {
      verdict.reasons.back() += fmt::format("; so do {} other reads", answer.breaches - 1);
    }
    verdict.evidence = std::move(evidence);
  } else if (answer.is_complete) {
    verdict.validity = Validity::valid;
  } else {
    verdict.reasons.push_back(
        fmt::format("{}: undecided, the {} budget was spent; what helps: a larger budget, or fewer "
                    "processes ({} now)",
                    words_for(level), answer.lacks_memory ? "memory" : "step", history.sessions()));
  }
  return verdict;
}

std::string_view outcome_word(Validity validity) {
  switch (validity) {
    case Validity::valid:
      return "holds";
    case Validity::unknown:
      return "unknown";
    case Validity::invalid:
      return "broken";
  }
  return "";
}

class CausalChecker final : public Checker {
 public:
  CausalChecker(CausalLevel promise, Value initial)
      : promise_(promise), initial_(std::move(initial)) {}

  std::string name() const override { return std::string(to_string(promise_)); }
  Verdict check(const History& history, const CheckBudget& budget) const override;

 private:
  CausalLevel promise_;
  Value initial_;
};

// Adds a promise that the whole contains and that is broken: the whole is broken with it, even
// where it could not be decided itself. The shorter evidence stays.
void blame(Verdict part, CausalLevel promise, Verdict& whole) {
  const auto size_of = [](const Verdict& verdict) {
    return std::get<NotCausal>(verdict.evidence).operations.size();
  };
  if (whole.validity != Validity::invalid) {
    whole.reasons.clear();
    whole.evidence = std::move(part.evidence);
  } else {
    // The part tells more than the whole.
    whole.reasons.pop_back();
    if (size_of(part) < size_of(whole)) whole.evidence = std::move(part.evidence);
  }
  whole.validity = Validity::invalid;
  whole.reasons.push_back(std::move(part.reasons.front()));
  whole.reasons.push_back(fmt::format("so {}", broken_words(promise, words_for(promise))));
}

Verdict CausalChecker::check(const History& history, const CheckBudget& budget) const {
  const CausalHistory reduced = causal_history(history, initial_);
  CausalJudge judge(reduced, limits_of(budget));
  Verdict verdict = verdict_of(reduced, judge, promise_, initial_);
  if (!reduced.refusal.empty()) return verdict;
  for (const CausalLevel level : causal_levels()) {
    const bool is_contained = implies(promise_, level);
    if (level == promise_ || (!is_contained && level > CausalLevel::writes_follow_reads)) continue;
    Verdict part = verdict_of(reduced, judge, level, initial_);
    verdict.statistics.emplace_back(
        to_string(level),
        fmt::format("{}{}", outcome_word(part.validity), is_contained ? "" : " (not promised)"));
    const bool is_to_blame = is_contained && part.validity == Validity::invalid;
    if (is_to_blame) blame(std::move(part), promise_, verdict);
  }
  return verdict;
}

class SingleLevelChecker final : public Checker {
 public:
  SingleLevelChecker(CausalLevel level, Value initial)
      : level_(level), initial_(std::move(initial)) {}

  std::string name() const override { return std::string(to_string(level_)); }
  Verdict check(const History& history, const CheckBudget& budget) const override {
    return judge_causal_levels(history, initial_, budget, {&level_, 1}).front().verdict;
  }

 private:
  CausalLevel level_;
  Value initial_;
};

}  // namespace

std::unique_ptr<Checker> make_single_level_checker(CausalLevel level, Value initial) {
  return std::make_unique<SingleLevelChecker>(level, std::move(initial));
}

std::unique_ptr<Checker> make_causal_checker(CausalLevel promise, Value initial) {
  return std::make_unique<CausalChecker>(promise, std::move(initial));
}

std::vector<CausalRung> judge_causal_levels(const History& history, const Value& initial,
                                            const CheckBudget& budget,
                                            std::span<const CausalLevel> levels) {
  const CausalHistory reduced = causal_history(history, initial);
  CausalJudge judge(reduced, limits_of(budget));
  std::vector<CausalRung> rungs;
  for (const CausalLevel level : levels) {
    rungs.push_back({level, verdict_of(reduced, judge, level, initial)});
  }
  return rungs;
}

std::vector<CausalRung> climb_causal_ladder(const History& history, const Value& initial,
                                            const CheckBudget& budget) {
  std::vector<CausalLevel> levels(causal_levels().rbegin(), causal_levels().rend());
  return judge_causal_levels(history, initial, budget, levels);
}

}  // namespace faultrig
