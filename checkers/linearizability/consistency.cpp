#include "checkers/linearizability/consistency.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "checkers/linearizability/linearizability_checker.hpp"
#include "checkers/linearizability/object_judge.hpp"
#include "checkers/linearizability/subhistory.hpp"
#include "checkers/models/catalog.hpp"

namespace faultrig {
namespace {

constexpr std::array<std::pair<std::string_view, Consistency>, 4> names = {{
    {"linearizable", Consistency::linearizable},
    {"sequential", Consistency::sequential},
    {"regular", Consistency::regular},
    {"safe", Consistency::safe},
}};

class SequentialChecker final : public Checker {
 public:
  SequentialChecker(std::string_view model, Value initial)
      : model_(canonical_model_name(model)), judge_(make_object_judge(model, std::move(initial))) {}

  std::string name() const override { return "sequential"; }
  Verdict check(const History& history, const CheckBudget& budget) const override {
    const std::vector<Subhistory> subhistories = subhistories_by_key(history.operations());
    const ObjectResult result =
        judge_->judge_in_program_order(subhistories, {budget.steps, budget.bytes});
    Verdict verdict;
    verdict.checker = name();
    verdict.procedure = fmt::format("model {}: search in program order", model_);
    verdict.statistics = {{"steps", std::to_string(result.search.steps)},
                          {"configurations", std::to_string(result.search.configurations)}};
    if (!result.mismatch.empty()) {
      verdict.reasons.push_back(result.mismatch);
    } else if (result.search.end == SearchEnd::linearizable) {
      verdict.validity = Validity::valid;
    } else if (result.search.end == SearchEnd::impossible) {
      verdict.validity = Validity::invalid;
      verdict.reasons.push_back(
          "no order that keeps each process's own order explains what the clients saw");
    } else {
      verdict.reasons.push_back(fmt::format(
          "undecided, the {} budget was spent after {} steps",
          result.search.end == SearchEnd::memory_spent ? "memory" : "step", result.search.steps));
    }
    return verdict;
  }

 private:
  std::string model_;
  std::unique_ptr<ObjectJudge> judge_;
};

class RegisterReadsChecker final : public Checker {
 public:
  RegisterReadsChecker(ReadPromise promise, std::string_view model, Value initial)
      : promise_(promise),
        model_(canonical_model_name(model)),
        judge_(make_object_judge(model, std::move(initial))) {}

  std::string name() const override {
    return promise_ == ReadPromise::regular ? "regular" : "safe";
  }
  Verdict check(const History& history, const CheckBudget&) const override {
    Verdict verdict;
    verdict.checker = name();
    verdict.validity = Validity::valid;
    verdict.procedure = fmt::format("model {}: each read against the writes around it", model_);
    for (const Subhistory& subhistory : subhistories_by_key(history.operations())) {
      const ReadsResult result = judge_->judge_reads(subhistory, promise_);
      if (!result.refusal.empty()) {
        verdict.validity = worst(verdict.validity, Validity::unknown);
        verdict.reasons.push_back(fmt::format("{}: {}", name_of(subhistory), result.refusal));
      } else if (result.broken != nullptr) {
        verdict.validity = Validity::invalid;
        verdict.reasons.push_back(fmt::format(
            "{}: `{}` of process {} (event {}) returned a value that {}", name_of(subhistory),
            describe(*result.broken), result.broken->process, result.broken->invoked_at,
            promise_ == ReadPromise::regular
                ? "no write before or beside it left there"
                : "is not the last one, though no write was in progress"));
      }
    }
    return verdict;
  }

 private:
  ReadPromise promise_;
  std::string model_;
  std::unique_ptr<ObjectJudge> judge_;
};

}  // namespace

std::string_view to_string(Consistency consistency) {
  for (const auto& [name, value] : names) {
    if (value == consistency) return name;
  }
  return "";
}

std::optional<Consistency> consistency_from(std::string_view word) {
  for (const auto& [name, value] : names) {
    if (name == word) return value;
  }
  return std::nullopt;
}

std::unique_ptr<Checker> make_consistency_checker(Consistency consistency, std::string_view model,
                                                  Value initial) {
  switch (consistency) {
    case Consistency::linearizable:
      break;
    case Consistency::sequential:
      return std::make_unique<SequentialChecker>(model, std::move(initial));
    case Consistency::regular:
      return std::make_unique<RegisterReadsChecker>(ReadPromise::regular, model,
                                                    std::move(initial));
    case Consistency::safe:
      return std::make_unique<RegisterReadsChecker>(ReadPromise::safe, model, std::move(initial));
  }
  return make_linearizability_checker(model, std::move(initial));
}

}  // namespace faultrig
