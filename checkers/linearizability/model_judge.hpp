// The judge of objects of one model: compiles the operations, lets the cheapest sure procedure
// decide (decision.hpp), and turns what it found into evidence.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "checkers/linearizability/core.hpp"
#include "checkers/linearizability/decision.hpp"
#include "checkers/linearizability/element_core.hpp"
#include "checkers/linearizability/object_judge.hpp"
#include "checkers/linearizability/program_order.hpp"
#include "checkers/linearizability/verify_order.hpp"

namespace faultrig {

template <Model M>
class ModelJudge final : public ObjectJudge {
 public:
  ModelJudge(std::string model, Value initial)
      : model_name_(std::move(model)), initial_(std::move(initial)) {}

  void judge(const Subhistory& subhistory, SearchLimits limits,
             ObjectResult& result) const override {
    try {
      M model(initial_);
      const auto intervals = intervals_of(model, std::span(subhistory.operations));
      result.certain = static_cast<std::size_t>(std::count_if(
          intervals.begin(), intervals.end(), [](const auto& each) { return each.is_certain(); }));
      Decision decision = decide<M>(model, intervals, limits);
      result.search = std::move(decision.result);
      result.procedure = std::move(decision.procedure);
      result.contradiction = std::move(decision.contradiction);
      result.steps += result.search.steps;
      result.is_decided = result.search.end == SearchEnd::linearizable ||
                          result.search.end == SearchEnd::impossible;
      if (!result.is_decided) look_for_the_obvious(model, intervals, limits, result);
    } catch (const ModelMismatch& mismatch) {
      result.mismatch = mismatch.what();
      result.is_decided = true;
    }
  }

  NotLinearizable explain(const Subhistory& subhistory, const ObjectResult& result,
                          SearchLimits limits) const override {
    NotLinearizable evidence;
    evidence.model = model_name_;
    evidence.initial = initial_;
    evidence.key = subhistory.key;
    evidence.operations = static_cast<std::int64_t>(subhistory.operations.size());
    M model(initial_);
    const auto intervals = intervals_of(model, std::span(subhistory.operations));
    if constexpr (is_read_whole<M>) {
      show_elements(subhistory, limits, evidence);
    } else {
      show_core(model, intervals, subhistory, result, limits, evidence);
    }
    // A procedure that does not search knows of no longest prefix.
    std::vector<std::uint32_t> prefix = result.search.order.empty()
                                            ? longest_prefix<M>(model, intervals, limits)
                                            : result.search.order;
    extend(model, intervals, prefix);
    explain_prefix(model, intervals, prefix, evidence);
    return evidence;
  }

  std::vector<Operation> linearization(const Subhistory& subhistory,
                                       const ObjectResult& result) const override {
    M model(initial_);
    const auto intervals = intervals_of(model, std::span(subhistory.operations));
    std::vector<std::uint32_t> order = result.search.order;
    if (order.empty())
      order = longest_prefix<M>(model, intervals, {~std::uint64_t{0}, ~std::size_t{0}});
    const std::string wrong =
        what_is_wrong_with<M>(order, std::span<const IntervalOf<M>>(intervals), model);
    if (!wrong.empty()) {
      throw std::logic_error(
          fmt::format("{}: the procedure \"{}\" gave an order that does not hold: {}",
                      name_of(subhistory), result.procedure, wrong));
    }
    std::vector<Operation> operations;
    for (const std::uint32_t number : order) operations.push_back(*intervals[number].operation);
    return operations;
  }

  ObjectResult judge_in_program_order(std::span<const Subhistory> subhistories,
                                      SearchLimits limits) const override {
    ObjectResult result;
    try {
      std::vector<std::unique_ptr<M>> models;
      std::vector<std::vector<IntervalOf<M>>> intervals;
      std::vector<typename ProgramOrderSearch<M>::Object> objects;
      for (const Subhistory& subhistory : subhistories) {
        models.push_back(std::make_unique<M>(initial_));
        intervals.push_back(intervals_of(*models.back(), std::span(subhistory.operations)));
      }
      for (std::size_t i = 0; i < models.size(); ++i) {
        objects.push_back({models[i].get(), std::span<const IntervalOf<M>>(intervals[i])});
      }
      result.search = ProgramOrderSearch<M>(std::move(objects), limits).run();
    } catch (const ModelMismatch& mismatch) {
      result.mismatch = mismatch.what();
    }
    return result;
  }

  ReadsResult judge_reads(const Subhistory& subhistory, ReadPromise promise) const override {
    try {
      M model(initial_);
      const auto intervals = intervals_of(model, std::span(subhistory.operations));
      const auto operations = as_register<M>(model, std::span<const IntervalOf<M>>(intervals));
      if (!operations) return {"regular and safe are promises of registers"};
      const auto broken = broken_read(*operations, model.initial(), promise);
      return {"", broken ? intervals[*broken].operation : nullptr};
    } catch (const ModelMismatch& mismatch) {
      return {mismatch.what()};
    }
  }

 private:
  // Where the budget was too small for a proof: an observer whose value was surely overwritten.
  static void look_for_the_obvious(M& model, const std::vector<IntervalOf<M>>& intervals,
                                   SearchLimits limits, ObjectResult& result) {
    const auto stuck_at = CoreShrinker<M>(model, intervals, limits).obviously_stuck_at();
    if (!stuck_at) return;
    result.is_decided = true;
    result.procedure = "an observer of what was surely overwritten";
    result.search.end = SearchEnd::impossible;
    result.search.stuck_at = *stuck_at;
  }

  // Failed mutations that wrote what some operation of the core saw and nobody else there wrote:
  // a client was told "it never happened", and another saw it.
  static std::vector<const Operation*> failed_authors(M& model, const Subhistory& subhistory,
                                                      const std::vector<IntervalOf<M>>& core);
  static void show_core(M& model, const std::vector<IntervalOf<M>>& intervals,
                        const Subhistory& subhistory, const ObjectResult& result,
                        SearchLimits limits, NotLinearizable& evidence);
  void show_elements(const Subhistory& subhistory, SearchLimits limits,
                     NotLinearizable& evidence) const;
  // What could come next after the prefix and fits, as long as there is such.
  static void extend(M& model, const std::vector<IntervalOf<M>>& intervals,
                     std::vector<std::uint32_t>& prefix);
  static std::vector<std::uint32_t> could_come_next(const std::vector<IntervalOf<M>>& intervals,
                                                    const std::vector<bool>& placed);
  // The state after the longest prefix, and what each operation that could come next would need.
  static void explain_prefix(M& model, const std::vector<IntervalOf<M>>& intervals,
                             const std::vector<std::uint32_t>& prefix, NotLinearizable& evidence);

  std::string model_name_;
  Value initial_;
};

template <Model M>
void ModelJudge<M>::show_core(M& model, const std::vector<IntervalOf<M>>& intervals,
                              const Subhistory& subhistory, const ObjectResult& result,
                              SearchLimits limits, NotLinearizable& evidence) {
  const Core core = CoreShrinker<M>(model, intervals, limits)
                        .shrink(result.search.stuck_at, result.contradiction);
  std::vector<IntervalOf<M>> kept;
  for (std::uint32_t number : core.intervals) kept.push_back(intervals[number]);
  std::vector<const Operation*> shown = failed_authors(model, subhistory, kept);
  for (const IntervalOf<M>& interval : kept) shown.push_back(interval.operation);
  std::sort(shown.begin(), shown.end(),
            [](const Operation* a, const Operation* b) { return a->invoked_at < b->invoked_at; });
  for (const Operation* operation : shown) evidence.core.push_back(*operation);
  evidence.core_is_minimal = core.is_minimal;
}

// With an element that nobody inserted, those who tried and failed.
template <Model M>
void ModelJudge<M>::show_elements(const Subhistory& subhistory, SearchLimits limits,
                                  NotLinearizable& evidence) const {
  std::vector<Operation> operations;
  for (const Operation* operation : subhistory.operations) {
    const bool is_look = operation->f == "read" || operation->f == "contains";
    const bool says_nothing =
        operation->outcome == Outcome::fail || (operation->outcome == Outcome::info && is_look);
    if (!says_nothing) operations.push_back(*operation);
  }
  ElementCore core = ElementCoreShrinker<M>(std::move(operations), initial_, limits).shrink();
  std::set<Value> inserted;
  for (const Operation& operation : core.operations) {
    if (operation.f == "append" || operation.f == "add") inserted.insert(operation.input);
  }
  for (const Operation* operation : subhistory.operations) {
    const bool is_insert = operation->f == "append" || operation->f == "add";
    const bool matters = is_insert && operation->outcome == Outcome::fail &&
                         core.elements.contains(operation->input) &&
                         !inserted.contains(operation->input);
    if (matters) core.operations.push_back(*operation);
  }
  std::sort(core.operations.begin(), core.operations.end(),
            [](const Operation& a, const Operation& b) { return a.invoked_at < b.invoked_at; });
  evidence.core = std::move(core.operations);
  evidence.core_is_minimal = core.is_minimal;
  evidence.core_is_projected = core.is_projected;
  evidence.initial = core.initial;
}

template <Model M>
void ModelJudge<M>::extend(M& model, const std::vector<IntervalOf<M>>& intervals,
                           std::vector<std::uint32_t>& prefix) {
  constexpr std::size_t most = 200;  // it costs O(n) each
  ModelState state = model.initial();
  std::vector<bool> placed(intervals.size(), false);
  for (std::uint32_t number : prefix) {
    placed[number] = true;
    if (auto after = model.step(state, intervals[number].command)) state = *after;
  }
  for (std::size_t added = 0; added < most; ++added) {
    const std::vector<std::uint32_t> candidates = could_come_next(intervals, placed);
    const auto fitting = std::find_if(candidates.begin(), candidates.end(), [&](auto number) {
      return model.step(state, intervals[number].command).has_value();
    });
    if (fitting == candidates.end()) return;
    state = *model.step(state, intervals[*fitting].command);
    placed[*fitting] = true;
    prefix.push_back(*fitting);
  }
}

// Certain operations that no other one, not placed, precedes.
template <Model M>
std::vector<std::uint32_t> ModelJudge<M>::could_come_next(
    const std::vector<IntervalOf<M>>& intervals, const std::vector<bool>& placed) {
  std::int64_t deadline = Operation::never;
  for (std::size_t i = 0; i < intervals.size(); ++i) {
    if (!placed[i]) deadline = std::min(deadline, intervals[i].completed_at);
  }
  std::vector<std::uint32_t> candidates;
  for (std::uint32_t i = 0; i < intervals.size(); ++i) {
    const bool is_open = !placed[i] && intervals[i].is_certain();
    if (is_open && intervals[i].invoked_at <= deadline) candidates.push_back(i);
  }
  return candidates;
}

template <Model M>
void ModelJudge<M>::explain_prefix(M& model, const std::vector<IntervalOf<M>>& intervals,
                                   const std::vector<std::uint32_t>& prefix,
                                   NotLinearizable& evidence) {
  ModelState state = model.initial();
  std::vector<bool> placed(intervals.size(), false);
  for (std::uint32_t number : prefix) {
    evidence.prefix.push_back(*intervals[number].operation);
    placed[number] = true;
    if (auto after = model.step(state, intervals[number].command)) state = *after;
  }
  evidence.state_after_prefix = model.describe(state);
  for (const std::uint32_t number : could_come_next(intervals, placed)) {
    const IntervalOf<M>& interval = intervals[number];
    std::string reason = model.step(state, interval.command)
                             ? "it fits here, but leaves no place for the others"
                             : model.refusal(state, interval.command);
    evidence.refused.push_back({*interval.operation, std::move(reason)});
  }
}

template <Model M>
std::vector<const Operation*> ModelJudge<M>::failed_authors(
    M& model, const Subhistory& subhistory, const std::vector<IntervalOf<M>>& core) {
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

}  // namespace faultrig
