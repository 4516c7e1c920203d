#include "checkers/linearizability/linearizability_checker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <utility>

#include "checkers/linearizability/core.hpp"
#include "checkers/linearizability/search.hpp"
#include "checkers/linearizability/subhistory.hpp"
#include "checkers/models/kv_map.hpp"
#include "checkers/models/register.hpp"
#include "checkers/parallel.hpp"

namespace faultrig {
namespace {

// What is done for the reader's sake only (shrinking, and searching on for the longest prefix of
// what is refuted already) may not take longer than this many model steps.
constexpr std::uint64_t shrinking_steps = 20'000'000;
// Granted even when the budget is spent: a verdict without a core helps nobody.
constexpr std::uint64_t least_shrinking_steps = 20'000;
// A key whose share of the budget was too small is tried again with what the others left over.
constexpr int rounds = 3;

struct KeyResult {
  bool is_decided = false;
  std::string mismatch;  // why the model cannot judge this key; empty when it can
  SearchResult search;
  std::size_t certain = 0;  // operations known to have happened
  std::uint64_t steps = 0;  // over all rounds
};

template <Model M>
class LinearizabilityChecker final : public Checker {
 public:
  LinearizabilityChecker(std::string model, Value initial)
      : model_name_(std::move(model)), initial_(std::move(initial)) {}

  std::string name() const override { return "linearizable"; }
  Verdict check(const History& history, const CheckBudget& budget) const override;

 private:
  void judge(const Subhistory& subhistory, SearchLimits limits, KeyResult& result) const;
  void judge_all(const std::vector<Subhistory>& subhistories, const CheckBudget& budget,
                 std::vector<KeyResult>& results) const;
  NotLinearizable explain(const Subhistory& subhistory, const KeyResult& result,
                          SearchLimits limits) const;
  // Failed mutations that wrote what some operation of the core saw and nobody else there wrote:
  // a client was told "it never happened", and another saw it.
  std::vector<const Operation*> failed_authors(M& model, const Subhistory& subhistory,
                                               std::span<const IntervalOf<M>> core) const;
  void explain_prefix(M& model, std::span<const IntervalOf<M>> intervals,
                      const SearchResult& search, NotLinearizable& evidence) const;

  std::string model_name_;
  Value initial_;
};

std::uint64_t steps_of(const std::vector<KeyResult>& results) {
  std::uint64_t total = 0;
  for (const KeyResult& result : results) total += result.steps;
  return total;
}

template <Model M>
void LinearizabilityChecker<M>::judge(const Subhistory& subhistory, SearchLimits limits,
                                      KeyResult& result) const {
  try {
    M model(initial_);
    const auto intervals = intervals_of(model, std::span(subhistory.operations));
    result.certain = static_cast<std::size_t>(std::count_if(
        intervals.begin(), intervals.end(), [](const auto& each) { return each.is_certain(); }));
    const auto stuck_at = CoreShrinker<M>(model, intervals, limits).obviously_stuck_at();
    // Then the search only serves to show how far one gets.
    if (stuck_at) limits.steps = std::min(limits.steps, shrinking_steps);
    result.search = Search<M>(model, intervals, limits).run();
    result.steps += result.search.steps;
    result.is_decided = stuck_at || result.search.end == SearchEnd::linearizable ||
                        result.search.end == SearchEnd::impossible;
    if (stuck_at && result.search.end != SearchEnd::impossible) {
      result.search.end = SearchEnd::impossible;
      result.search.stuck_at = *stuck_at;
    }
  } catch (const ModelMismatch& mismatch) {
    result.mismatch = mismatch.what();
    result.is_decided = true;
  }
}

template <Model M>
void LinearizabilityChecker<M>::judge_all(const std::vector<Subhistory>& subhistories,
                                          const CheckBudget& budget,
                                          std::vector<KeyResult>& results) const {
  std::vector<std::size_t> pending(subhistories.size());
  std::iota(pending.begin(), pending.end(), std::size_t{0});
  SearchLimits last{0, 0};
  for (int round = 0; round < rounds && !pending.empty(); ++round) {
    const std::uint64_t left = budget.steps - std::min(budget.steps, steps_of(results));
    const std::size_t at_a_time = std::clamp<std::size_t>(budget.threads, 1, pending.size());
    const SearchLimits share{left / pending.size(), budget.bytes / at_a_time};
    if (share.steps <= last.steps && share.bytes <= last.bytes) break;
    last = share;
    parallel_for(pending.size(), budget.threads, [&](std::size_t i) {
      judge(subhistories[pending[i]], share, results[pending[i]]);
    });
    std::erase_if(pending, [&](std::size_t i) { return results[i].is_decided; });
  }
}

// The state after the longest prefix, and what each operation that could come next would need.
template <Model M>
void LinearizabilityChecker<M>::explain_prefix(M& model, std::span<const IntervalOf<M>> intervals,
                                               const SearchResult& search,
                                               NotLinearizable& evidence) const {
  ModelState state = model.initial();
  std::vector<bool> placed(intervals.size(), false);
  for (std::uint32_t number : search.order) {
    evidence.prefix.push_back(*intervals[number].operation);
    placed[number] = true;
    if (auto after = model.step(state, intervals[number].command)) state = *after;
  }
  evidence.state_after_prefix = model.describe(state);
  std::int64_t deadline = Operation::never;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    if (!placed[i]) deadline = std::min(deadline, intervals[i].completed_at);
  }
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    const IntervalOf<M>& interval = intervals[i];
    if (placed[i] || !interval.is_certain() || interval.invoked_at > deadline) continue;
    std::string reason = model.step(state, interval.command)
                             ? "it fits here, but leaves no place for the others"
                             : model.refusal(state, interval.command);
    evidence.refused.push_back({*interval.operation, std::move(reason)});
  }
}

template <Model M>
std::vector<const Operation*> LinearizabilityChecker<M>::failed_authors(
    M& model, const Subhistory& subhistory, std::span<const IntervalOf<M>> core) const {
  std::vector<const Operation*> authors;
  for (const IntervalOf<M>& observer : core) {
    const auto seen = model.observed(observer.command);
    const bool has_author = std::any_of(core.begin(), core.end(), [&](const IntervalOf<M>& other) {
      return !model.is_pure(other.command) && model.written(other.command) == seen;
    });
    if (!seen || *seen == model.initial() || has_author) continue;
    const Operation* author = nullptr;
    for (const Operation* operation : subhistory.operations) {
      if (operation->outcome != Outcome::fail) continue;
      if (operation->invoked_at > observer.completed_at) break;
      try {
        const auto command = model.compile(*operation);
        if (!model.is_pure(command) && model.written(command) == seen) author = operation;
      } catch (const ModelMismatch&) {
        // What failed was never judged, so it may be something that the model does not know.
      }
    }
    if (author != nullptr && std::ranges::count(authors, author) == 0) authors.push_back(author);
  }
  return authors;
}

template <Model M>
NotLinearizable LinearizabilityChecker<M>::explain(const Subhistory& subhistory,
                                                   const KeyResult& result,
                                                   SearchLimits limits) const {
  NotLinearizable evidence;
  evidence.model = model_name_;
  evidence.initial = initial_;
  evidence.key = subhistory.key;
  evidence.operations = static_cast<std::int64_t>(subhistory.operations.size());
  M model(initial_);
  const auto intervals = intervals_of(model, std::span(subhistory.operations));
  Core core = CoreShrinker<M>(model, intervals, limits).shrink(result.search.stuck_at);
  std::vector<IntervalOf<M>> kept;
  for (std::uint32_t number : core.intervals) kept.push_back(intervals[number]);
  std::vector<const Operation*> shown = failed_authors(model, subhistory, kept);
  for (const IntervalOf<M>& interval : kept) shown.push_back(interval.operation);
  std::sort(shown.begin(), shown.end(),
            [](const Operation* a, const Operation* b) { return a->invoked_at < b->invoked_at; });
  for (const Operation* operation : shown) evidence.core.push_back(*operation);
  evidence.core_is_minimal = core.is_minimal;
  explain_prefix(model, intervals, result.search, evidence);
  return evidence;
}

std::string unknown_reason(const Subhistory& subhistory, const KeyResult& result) {
  if (!result.mismatch.empty()) return fmt::format("{}: {}", name_of(subhistory), result.mismatch);
  return fmt::format(
      "{}: undecided, the {} budget was spent after {} steps and {} configurations; the longest "
      "order found explains {} operations, of {} that surely happened",
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

void add_statistics(const History& history, const std::vector<KeyResult>& results,
                    Verdict& verdict) {
  std::size_t configurations = 0;
  std::size_t bytes = 0;
  for (const KeyResult& result : results) {
    configurations += result.search.configurations;
    bytes = std::max(bytes, result.search.bytes);
  }
  verdict.statistics = {{"operations", std::to_string(history.operations().size())},
                        {"keys", std::to_string(results.size())},
                        {"steps", std::to_string(steps_of(results))},
                        {"configurations", std::to_string(configurations)},
                        {"bytes for the largest key", std::to_string(bytes)}};
}

template <Model M>
Verdict LinearizabilityChecker<M>::check(const History& history, const CheckBudget& budget) const {
  const std::vector<Subhistory> subhistories = subhistories_by_key(history.operations());
  std::vector<KeyResult> results(subhistories.size());
  judge_all(subhistories, budget, results);

  Verdict verdict;
  verdict.checker = name();
  verdict.validity = Validity::valid;
  verdict.procedure = fmt::format("search with memory, model {}, {} {}", model_name_,
                                  subhistories.size(), subhistories.size() == 1 ? "key" : "keys");
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
  if (failed.empty()) return verdict;

  // The key that went wrong first in real time has the first place.
  std::stable_sort(failed.begin(), failed.end(), [&](std::size_t a, std::size_t b) {
    return results[a].search.stuck_at < results[b].search.stuck_at;
  });
  const std::size_t first = failed.front();
  const std::uint64_t left = budget.steps - std::min(budget.steps, steps_of(results));
  NotLinearizable evidence =
      explain(subhistories[first], results[first],
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
  return verdict;
}

}  // namespace

std::unique_ptr<Checker> make_linearizability_checker(std::string_view model, Value initial) {
  std::string name = canonical_model_name(model);
  if (name == "register") {
    return std::make_unique<LinearizabilityChecker<RegisterModel>>(name, std::move(initial));
  }
  if (name == "cas-register") {
    return std::make_unique<LinearizabilityChecker<CasRegisterModel>>(name, std::move(initial));
  }
  if (name == "kv-map") {
    return std::make_unique<LinearizabilityChecker<KvMapModel>>(name, std::move(initial));
  }
  throw std::logic_error("the model catalogue lists " + name + ", but no checker is made for it");
}

}  // namespace faultrig
