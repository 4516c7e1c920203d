// Which procedure decides whether the operations of one object can be put in order: the cheapest
// that is sure for this history. Every one of them is exact; they differ in what they need.
//
// - zones (register/zones.hpp): a register whose written values are distinct. O(n log n).
// - frontier search (register/register_search.hpp): any register.
// - a fast path of the model (fast_path.hpp): collections of distinct elements.
// - search (search.hpp): everything else.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "checkers/linearizability/fast_path.hpp"
#include "checkers/linearizability/interval.hpp"
#include "checkers/linearizability/register/register_search.hpp"
#include "checkers/linearizability/register/zones.hpp"
#include "checkers/linearizability/search.hpp"
#include "checkers/linearizability/search_result.hpp"

namespace faultrig {

struct Decision {
  SearchResult result;
  std::string procedure;
  // Where the procedure knows it: numbers of a few operations that contradict each other.
  std::vector<std::uint32_t> contradiction;
};

// The state in which a look that saw "anything but" is impossible, for models that have such.
template <Model M>
std::optional<ModelState> excluded_by(const M& model, const typename M::Command& command) {
  if constexpr (requires { model.excluded(command); }) {
    return model.excluded(command);
  } else {
    return std::nullopt;
  }
}

// The intervals as operations of a register; nothing when the model's state is more than what the
// last mutation wrote.
template <Model M>
std::optional<std::vector<RegisterOperation>> as_register(
    const M& model, std::span<const IntervalOf<M>> intervals) {
  if (!model.remembers_only_last_write()) return std::nullopt;
  std::vector<RegisterOperation> operations;
  operations.reserve(intervals.size());
  for (const IntervalOf<M>& interval : intervals) {
    RegisterOperation operation;
    const auto observed = model.observed(interval.command);
    const auto written = model.written(interval.command);
    if (model.is_blind(interval.command) && written) {
      operation.kind = RegisterOperation::Kind::write;
    } else if (observed) {
      operation.kind = model.is_pure(interval.command) ? RegisterOperation::Kind::read
                                                       : RegisterOperation::Kind::cas;
      if (!model.is_pure(interval.command) && !written) return std::nullopt;
    } else if (const auto excluded = excluded_by(model, interval.command)) {
      operation.kind = RegisterOperation::Kind::mismatch;
      operation.expected = *excluded;
    } else {
      return std::nullopt;
    }
    if (observed) operation.expected = *observed;
    if (operation.kind != RegisterOperation::Kind::read) operation.desired = written.value_or(0);
    operation.invoked_at = interval.invoked_at;
    operation.completed_at = interval.completed_at;
    operations.push_back(operation);
  }
  return operations;
}

template <Model M>
Decision decide(M& model, std::span<const IntervalOf<M>> intervals, SearchLimits limits) {
  if (const auto operations = as_register(model, intervals)) {
    if (auto zones = order_by_zones(*operations, model.initial())) {
      return {std::move(zones->result), "zones of distinct values",
              std::move(zones->contradiction)};
    }
    if (auto found = search_register(*operations, model.initial(), limits)) {
      return {std::move(found->result), std::string(found->procedure), {}};
    }
  }
  if (auto fast = decide_fast<M>(model, intervals)) {
    SearchResult result;
    result.steps = intervals.size();
    result.bytes = intervals.size() * 4 * sizeof(CollectionOperation);
    result.end = fast->first.is_linearizable ? SearchEnd::linearizable : SearchEnd::impossible;
    result.order = std::move(fast->first.order);
    if (!fast->first.is_linearizable) {
      result.order.clear();
      std::int64_t shown = -1;
      for (const std::uint32_t number : fast->first.contradiction) {
        if (intervals[number].is_certain()) shown = std::max(shown, intervals[number].completed_at);
      }
      if (shown >= 0) result.stuck_at = shown;
    }
    return {std::move(result), std::move(fast->second), std::move(fast->first.contradiction)};
  }
  return {Search<M>(model, intervals, limits).run(), "search", {}};
}

// The longest order that a search finds, whatever decided. Empty when the model refuses all.
template <Model M>
std::vector<std::uint32_t> longest_prefix(M& model, std::span<const IntervalOf<M>> intervals,
                                          SearchLimits limits) {
  if (const auto operations = as_register(model, intervals)) {
    auto found = search_register(*operations, model.initial(), limits);
    if (found) return std::move(found->result.order);
  }
  return Search<M>(model, intervals, limits).run().order;
}

}  // namespace faultrig
