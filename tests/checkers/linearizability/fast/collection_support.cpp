#include "tests/checkers/linearizability/fast/collection_support.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "checkers/linearizability/fast/fast_bag.hpp"
#include "checkers/linearizability/fast/fast_list.hpp"
#include "checkers/linearizability/fast/fast_queue.hpp"
#include "checkers/linearizability/fast/fast_set.hpp"
#include "checkers/linearizability/fast/fast_set_reads.hpp"
#include "checkers/linearizability/fast/fast_stack.hpp"
#include "tests/checkers/linearizability/fast/collection_state_support.hpp"

namespace faultrig::testing {

using Action = CollectionAction;

std::string name_of(Collection collection) {
  static constexpr const char* names[] = {"fifo_queue", "stack", "bag", "set", "list", "set_reads"};
  return names[static_cast<int>(collection)];
}

FastVerdict decide(Collection collection, std::span<const CollectionOperation> operations) {
  switch (collection) {
    case Collection::fifo_queue:
      return decide_fifo_queue(operations);
    case Collection::stack:
      return decide_stack(operations);
    case Collection::bag:
      return decide_bag(operations);
    case Collection::set:
      return decide_set(operations);
    case Collection::list:
      return decide_list(operations);
    case Collection::set_reads:
      return decide_set_reads(operations);
  }
  return {};
}

CollectionHistory& CollectionHistory::operator=(const CollectionHistory& other) {
  if (this == &other) return *this;
  operations_.clear();
  owned_.clear();
  for (const CollectionOperation& operation : other.operations_) add(operation);
  return *this;
}

void CollectionHistory::add(CollectionOperation operation) {
  if (!operation.contents.empty()) {
    owned_.emplace_back(operation.contents.begin(), operation.contents.end());
    operation.contents = owned_.back();
  }
  operations_.push_back(operation);
}

void CollectionHistory::set_contents(std::size_t position, std::vector<std::uint32_t> contents) {
  owned_.push_back(std::move(contents));
  operations_[position].contents = owned_.back();
}

std::string describe(const CollectionHistory& history) {
  static constexpr const char* names[] = {"insert",      "remove",     "saw_empty",
                                          "saw_present", "saw_absent", "read_all"};
  std::string text;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const CollectionOperation& operation = history[i];
    text += fmt::format(
        "{:>3}: {} {} {} [{}..{}]\n", i, names[static_cast<int>(operation.action)],
        operation.value == CollectionOperation::no_value ? "-" : std::to_string(operation.value),
        std::vector(operation.contents.begin(), operation.contents.end()), operation.invoked_at,
        operation.is_certain() ? std::to_string(operation.completed_at) : "?");
  }
  return text;
}

int effort() {
  const char* value = std::getenv("FAULTRIG_LONG");
  return value != nullptr && std::string_view(value) == "1" ? 20 : 1;
}

namespace {

// The states in which an operation may leave the collection; none when its answer is impossible.
std::vector<State> after(Collection collection, const State& state,
                         const CollectionOperation& operation) {
  const bool is_set = collection == Collection::set || collection == Collection::set_reads;
  switch (operation.action) {
    case Action::insert: {
      if (is_set && holds(state, operation.value)) return {state};
      State longer = state;
      longer.push_back(operation.value);
      return {longer};
    }
    case Action::remove: {
      if (is_set) return {without(state, operation.value, collection)};
      std::vector<State> states;
      for (std::uint32_t value : removable(collection, state)) {
        if (operation.is_certain() && value != operation.value) continue;
        states.push_back(without(state, value, collection));
      }
      return states;
    }
    case Action::saw_empty:
      if (!state.empty()) return {};
      return {state};
    case Action::saw_present:
      if (!holds(state, operation.value)) return {};
      return {state};
    case Action::saw_absent:
      if (holds(state, operation.value)) return {};
      return {state};
    case Action::read_all:
      if (!reads_as(collection, state, operation.contents)) return {};
      return {state};
  }
  return {};
}

class EveryOrder {
 public:
  EveryOrder(Collection collection, const CollectionHistory& history)
      : collection_(collection), history_(history) {}

  bool search(std::uint32_t placed, const State& state) {
    bool any_certain = false;
    for (std::uint32_t i = 0; i < history_.size(); ++i) {
      any_certain = any_certain || (history_[i].is_certain() && !is_in(placed, i));
    }
    if (!any_certain) return true;
    if (!seen_.emplace(placed, state).second) return false;
    for (std::uint32_t i = 0; i < history_.size(); ++i) {
      if (is_in(placed, i) || !may_come_next(placed, i)) continue;
      // Without an answer, a question changes nothing.
      const bool is_remove_or_insert =
          history_[i].action == Action::insert || history_[i].action == Action::remove;
      if (!history_[i].is_certain() && !is_remove_or_insert) continue;
      for (const State& next : after(collection_, state, history_[i])) {
        if (search(placed | (1U << i), next)) return true;
      }
    }
    return false;
  }

 private:
  static bool is_in(std::uint32_t placed, std::uint32_t i) { return (placed >> i & 1) != 0; }
  bool may_come_next(std::uint32_t placed, std::uint32_t i) const {
    for (std::uint32_t other = 0; other < history_.size(); ++other) {
      if (!is_in(placed, other) && history_[other].completed_at < history_[i].invoked_at) {
        return false;
      }
    }
    return true;
  }

  Collection collection_;
  const CollectionHistory& history_;
  std::set<std::pair<std::uint32_t, State>> seen_;
};

}  // namespace

bool has_legal_order(Collection collection, const CollectionHistory& history) {
  return EveryOrder(collection, history).search(0, {});
}

namespace {

// A collection to replay long orders on; one step costs little.
class Replay {
 public:
  explicit Replay(Collection collection) : collection_(collection) {}

  bool apply(const CollectionOperation& operation) {
    switch (operation.action) {
      case Action::insert:
        sequence_.push_back(operation.value);
        present_.insert(operation.value);
        return true;
      case Action::remove:
        return remove(operation.value);
      case Action::saw_empty:
        return present_.empty();
      case Action::saw_present:
        return present_.count(operation.value) == 1;
      case Action::saw_absent:
        return present_.count(operation.value) == 0;
      case Action::read_all:
        return reads_as(operation.contents);
    }
    return false;
  }

 private:
  bool remove(std::uint32_t value) {
    if (collection_ == Collection::set) {
      present_.erase(value);
      return true;
    }
    if (present_.erase(value) == 0) return false;
    if (collection_ == Collection::fifo_queue) {
      const bool is_next = sequence_.front() == value;
      sequence_.pop_front();
      return is_next;
    }
    if (collection_ == Collection::stack) {
      const bool is_next = sequence_.back() == value;
      sequence_.pop_back();
      return is_next;
    }
    return true;
  }

  bool reads_as(std::span<const std::uint32_t> contents) const {
    if (collection_ == Collection::list) {
      return std::equal(sequence_.begin(), sequence_.end(), contents.begin(), contents.end());
    }
    return std::unordered_set<std::uint32_t>(contents.begin(), contents.end()) == present_;
  }

  Collection collection_;
  std::deque<std::uint32_t> sequence_;
  std::unordered_set<std::uint32_t> present_;
};

// The values that some completed operation shows to have been there.
std::unordered_set<std::uint32_t> values_seen(const CollectionHistory& history) {
  std::unordered_set<std::uint32_t> seen;
  for (const CollectionOperation& operation : history.operations()) {
    if (!operation.is_certain()) continue;
    seen.insert(operation.contents.begin(), operation.contents.end());
    if (operation.action == Action::remove || operation.action == Action::saw_present) {
      seen.insert(operation.value);
    }
  }
  return seen;
}

}  // namespace

std::string flaw_of_order(Collection collection, const CollectionHistory& history,
                          const std::vector<std::uint32_t>& order) {
  std::vector<bool> is_placed(history.size(), false);
  const std::unordered_set<std::uint32_t> seen = values_seen(history);
  Replay replay(collection);
  std::int64_t latest_invocation = -1;
  for (std::uint32_t position : order) {
    if (position >= history.size()) return fmt::format("{} is no position", position);
    if (is_placed[position]) return fmt::format("{} happens twice", position);
    is_placed[position] = true;
    if (history[position].completed_at < latest_invocation) {
      return fmt::format("{} comes too late", position);
    }
    latest_invocation = std::max(latest_invocation, history[position].invoked_at);
    if (history[position].action == Action::insert && !history[position].is_certain() &&
        seen.count(history[position].value) == 0) {
      return fmt::format("{} need not have happened", position);
    }
    if (!replay.apply(history[position])) return fmt::format("{} is not legal", position);
  }
  for (std::size_t i = 0; i < history.size(); ++i) {
    if (history[i].is_certain() && !is_placed[i]) return fmt::format("{} is missing", i);
  }
  return "";
}

CollectionHistory part_of(const CollectionHistory& history,
                          const std::vector<std::uint32_t>& positions) {
  std::unordered_set<std::uint32_t> left_out;
  for (const CollectionOperation& operation : history.operations()) {
    if (operation.action == Action::insert) left_out.insert(operation.value);
  }
  for (std::uint32_t position : positions) {
    if (history[position].action == Action::insert) left_out.erase(history[position].value);
  }
  CollectionHistory part;
  for (std::uint32_t position : positions) {
    CollectionOperation operation = history[position];
    State contents;
    for (std::uint32_t value : operation.contents) {
      if (left_out.count(value) == 0) contents.push_back(value);
    }
    operation.contents = contents;
    part.add(operation);
  }
  return part;
}

}  // namespace faultrig::testing
