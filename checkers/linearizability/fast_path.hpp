// The polynomial procedures of fast/ for the models they are about: collections that start empty
// and whose inserted values are distinct. Each looks at the history and says whether it applies.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_bag.hpp"
#include "checkers/linearizability/fast/fast_list.hpp"
#include "checkers/linearizability/fast/fast_queue.hpp"
#include "checkers/linearizability/fast/fast_set.hpp"
#include "checkers/linearizability/fast/fast_set_reads.hpp"
#include "checkers/linearizability/fast/fast_stack.hpp"
#include "checkers/linearizability/interval.hpp"
#include "checkers/models/fifo_queue.hpp"
#include "checkers/models/list.hpp"
#include "checkers/models/set.hpp"
#include "checkers/models/stack.hpp"
#include "checkers/models/unordered_queue.hpp"

namespace faultrig {

inline CollectionOperation as_collection(const CollectionModel&,
                                         const CollectionModel::Command& command) {
  using Kind = CollectionModel::Kind;
  switch (command.kind) {
    case Kind::insert:
      return {.action = CollectionAction::insert, .value = command.value};
    case Kind::remove:
      return {.action = CollectionAction::remove, .value = command.value};
    case Kind::remove_whatever:
      return {.action = CollectionAction::remove};
    case Kind::saw_empty:
      break;
  }
  return {.action = CollectionAction::saw_empty};
}

inline CollectionOperation as_collection(const SetModel& model, const SetModel::Command& command) {
  using Kind = SetModel::Kind;
  switch (command.kind) {
    case Kind::add:
      return {.action = CollectionAction::insert, .value = command.argument};
    case Kind::remove:
      return {.action = CollectionAction::remove, .value = command.argument};
    case Kind::contains:
      return {.action = CollectionAction::saw_present, .value = command.argument};
    case Kind::lacks:
      return {.action = CollectionAction::saw_absent, .value = command.argument};
    case Kind::read:
      break;
  }
  return {.action = CollectionAction::read_all, .contents = model.content(command.argument)};
}

inline CollectionOperation as_collection(const ListModel& model,
                                         const ListModel::Command& command) {
  if (command.kind == ListModel::Kind::append) {
    return {.action = CollectionAction::insert, .value = command.argument};
  }
  return {.action = CollectionAction::read_all, .contents = model.content(command.argument)};
}

// Nothing for a model that has no fast path, or a history that it does not apply to.
template <Model M>
std::optional<std::pair<FastVerdict, std::string>> decide_fast(
    const M& model, std::span<const IntervalOf<M>> intervals) {
  constexpr bool is_collection = std::is_base_of_v<CollectionModel, M> ||
                                 std::is_same_v<M, SetModel> || std::is_same_v<M, ListModel>;
  if constexpr (!is_collection) {
    return std::nullopt;
  } else {
    if (!model.content(model.initial()).empty()) return std::nullopt;
    std::vector<CollectionOperation> operations;
    operations.reserve(intervals.size());
    bool has_whole_reads = false;
    for (const IntervalOf<M>& interval : intervals) {
      CollectionOperation operation = as_collection(model, interval.command);
      operation.invoked_at = interval.invoked_at;
      operation.completed_at = interval.completed_at;
      has_whole_reads = has_whole_reads || operation.action == CollectionAction::read_all;
      operations.push_back(operation);
    }
    FastVerdict verdict;
    std::string name;
    if constexpr (std::is_same_v<M, FifoQueueModel>) {
      verdict = decide_fifo_queue(operations);
      name = "overtaking pairs of distinct values";
    } else if constexpr (std::is_same_v<M, StackModel>) {
      verdict = decide_stack(operations);
      name = "peeling of distinct values";
    } else if constexpr (std::is_same_v<M, UnorderedQueueModel>) {
      verdict = decide_bag(operations);
      name = "lives of distinct values";
    } else if constexpr (std::is_same_v<M, ListModel>) {
      verdict = decide_list(operations);
      name = "prefixes of distinct values";
    } else if (has_whole_reads) {
      verdict = decide_set_reads(operations);
      name = "chain of reads of distinct values";
    } else {
      verdict = decide_set(operations);
      name = "lives of distinct values";
    }
    if (!verdict.is_applicable) return std::nullopt;
    // A contradiction between whole reads holds for a part of what they show, and the core speaks
    // of whole operations.
    if (has_whole_reads) verdict.contradiction.clear();
    return std::pair(std::move(verdict), std::move(name));
  }
}

}  // namespace faultrig
