#include "checkers/linearizability/linearizability_checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <utility>

#include "checkers/linearizability/object_judge.hpp"
#include "checkers/linearizability/subhistory.hpp"
#include "checkers/models/catalog.hpp"
#include "checkers/parallel.hpp"

namespace faultrig {
namespace {

// What is done for the reader's sake only (shrinking, and searching on for the longest prefix of
// what is refuted already) may not take longer than this many model steps.
constexpr std::uint64_t shrinking_steps = 20'000'000;
// Granted even when the budget is spent: a verdict without a core helps nobody.
constexpr std::uint64_t least_shrinking_steps = 20'000;
// A key whose share of the budget was too small is tried again with what the others left over.
constexpr int attempts = 3;

class LinearizabilityChecker final : public Checker {
 public:
  LinearizabilityChecker(std::string_view model, Value initial, LinearizabilityOptions options)
      : model_(canonical_model_name(model)),
        judge_(make_object_judge(model, std::move(initial))),
        options_(options) {}

  std::string name() const override { return "linearizable"; }
  Verdict check(const History& history, const CheckBudget& budget) const override;

 private:
  void judge_all(const std::vector<Subhistory>& subhistories, const CheckBudget& budget,
                 std::vector<ObjectResult>& results) const;
  std::string procedures_of(const std::vector<ObjectResult>& results) const;
  void accuse(const std::vector<Subhistory>& subhistories, const std::vector<ObjectResult>& results,
              std::vector<std::size_t> failed, const CheckBudget& budget, Verdict& verdict) const;

  std::string model_;
  std::unique_ptr<ObjectJudge> judge_;
  LinearizabilityOptions options_;
};

std::uint64_t steps_of(const std::vector<ObjectResult>& results) {
  std::uint64_t total = 0;
  for (const ObjectResult& result : results) total += result.steps;
  return total;
}

std::string unknown_reason(const Subhistory& subhistory, const ObjectResult& result) {
  if (!result.mismatch.empty()) return fmt::format("{}: {}", name_of(subhistory), result.mismatch);
  return fmt::format(
      "{}: undecided, the {} budget was spent after {} steps and {} configurations; the longest "
      "order found explains {} operations, of {} that surely happened; what helps: a larger "
      "budget, fewer clients on one key, or values that are written only once",
      name_of(subhistory), result.search.end == SearchEnd::memory_spent ? "memory" : "step",
      result.steps, result.search.configurations, result.search.order.size(), result.certain);
}

// "key 3 is", "keys 3 and 9 are"; of many the first few.
std::string names_of(const std::vector<Subhistory>& subhistories,
                     const std::vector<std::size_t>& which) {
  std::string names;
  const std::size_t shown = std::min<std::size_t>(which.size(), 8);
  for (std::size_t i = 0; i < shown; ++i) {
    names += (i == 0 ? "" : ", ") + name_of(subhistories[which[i]]);
  }
  if (shown < which.size()) names += fmt::format(" and {} more", which.size() - shown);
  return names + (which.size() == 1 ? " is" : " are");
}

void add_statistics(const History& history, const std::vector<ObjectResult>& results,
                    Verdict& verdict) {
  std::size_t configurations = 0;
  std::size_t bytes = 0;
  for (const ObjectResult& result : results) {
    configurations += result.search.configurations;
    bytes = std::max(bytes, result.search.bytes);
  }
  verdict.statistics = {{"operations", std::to_string(history.operations().size())},
                        {"keys", std::to_string(results.size())},
                        {"steps", std::to_string(steps_of(results))},
                        {"configurations", std::to_string(configurations)},
                        {"bytes for the largest key", std::to_string(bytes)}};
}

void LinearizabilityChecker::judge_all(const std::vector<Subhistory>& subhistories,
                                       const CheckBudget& budget,
                                       std::vector<ObjectResult>& results) const {
  std::vector<std::size_t> pending(subhistories.size());
  std::iota(pending.begin(), pending.end(), std::size_t{0});
  SearchLimits last{0, 0};
  for (int attempt = 0; attempt < attempts && !pending.empty(); ++attempt) {
    const std::uint64_t left = budget.steps - std::min(budget.steps, steps_of(results));
    const std::size_t at_a_time = std::clamp<std::size_t>(budget.threads, 1, pending.size());
    const SearchLimits share{left / pending.size(), budget.bytes / at_a_time};
    if (share.steps <= last.steps && share.bytes <= last.bytes) break;
    last = share;
    parallel_for(pending.size(), budget.threads, [&](std::size_t i) {
      judge_->judge(subhistories[pending[i]], share, results[pending[i]]);
    });
    std::erase_if(pending, [&](std::size_t i) { return results[i].is_decided; });
  }
}

// "model register, 12 keys: zones of distinct values (9), frontier search, beam of 16 (3)"
std::string LinearizabilityChecker::procedures_of(const std::vector<ObjectResult>& results) const {
  std::map<std::string, std::size_t> deciders;
  for (const ObjectResult& result : results) {
    if (!result.procedure.empty()) ++deciders[result.procedure];
  }
  std::string text = fmt::format("model {}", model_);
  if (results.size() != 1) text += fmt::format(", {} keys", results.size());
  std::string separator = ": ";
  for (const auto& [procedure, keys] : deciders) {
    text += separator + procedure;
    if (deciders.size() > 1) text += fmt::format(" ({})", keys);
    separator = ", ";
  }
  return text;
}

void LinearizabilityChecker::accuse(const std::vector<Subhistory>& subhistories,
                                    const std::vector<ObjectResult>& results,
                                    std::vector<std::size_t> failed, const CheckBudget& budget,
                                    Verdict& verdict) const {
  // The key that went wrong first in real time has the first place.
  std::stable_sort(failed.begin(), failed.end(), [&](std::size_t a, std::size_t b) {
    return results[a].search.stuck_at < results[b].search.stuck_at;
  });
  const std::size_t first = failed.front();
  const std::uint64_t left = budget.steps - std::min(budget.steps, steps_of(results));
  NotLinearizable evidence =
      judge_->explain(subhistories[first], results[first],
                      {std::clamp(left, least_shrinking_steps, shrinking_steps), budget.bytes});
  std::vector<std::string> reasons = {fmt::format(
      "{} is not linearizable: no order of its {} operations explains what the clients saw; {} "
      "enough to show it",
      name_of(subhistories[first]), evidence.operations,
      evidence.core.size() == 1 ? "1 of them is"
                                : fmt::format("{} of them are", evidence.core.size()))};
  failed.erase(failed.begin());
  if (!failed.empty()) {
    reasons.push_back(names_of(subhistories, failed) + " not linearizable either");
  }
  verdict.validity = Validity::invalid;
  verdict.reasons.insert(verdict.reasons.begin(), reasons.begin(), reasons.end());
  verdict.evidence = std::move(evidence);
}

Verdict LinearizabilityChecker::check(const History& history, const CheckBudget& budget) const {
  const std::vector<Subhistory> subhistories = subhistories_by_key(history.operations());
  std::vector<ObjectResult> results(subhistories.size());
  judge_all(subhistories, budget, results);

  Verdict verdict;
  verdict.checker = name();
  verdict.validity = Validity::valid;
  verdict.procedure = procedures_of(results);
  add_statistics(history, results, verdict);
  std::vector<std::size_t> failed;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i].is_decided || !results[i].mismatch.empty()) {
      verdict.validity = worst(verdict.validity, Validity::unknown);
      verdict.reasons.push_back(unknown_reason(subhistories[i], results[i]));
    } else if (results[i].search.end == SearchEnd::impossible) {
      failed.push_back(i);
    }
  }
  if (!failed.empty()) {
    accuse(subhistories, results, std::move(failed), budget, verdict);
  } else if (options_.keep_order && verdict.validity == Validity::valid) {
    Linearization order;
    for (std::size_t i = 0; i < results.size(); ++i) {
      order.objects.push_back(
          {subhistories[i].key, judge_->linearization(subhistories[i], results[i])});
    }
    verdict.evidence = std::move(order);
  }
  return verdict;
}

}  // namespace

std::unique_ptr<Checker> make_linearizability_checker(std::string_view model, Value initial,
                                                      LinearizabilityOptions options) {
  return std::make_unique<LinearizabilityChecker>(model, std::move(initial), options);
}

}  // namespace faultrig
