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

using State = std::vector<std::uint32_t>;

// The values a removal may take from this state.
State removable(Collection collection, const State& state) {
  if (state.empty()) return {};
  if (collection == Collection::fifo_queue) return {state.front()};
  if (collection == Collection::stack) return {state.back()};
  return state;
}

bool holds(const State& state, std::uint32_t value) {
  return std::find(state.begin(), state.end(), value) != state.end();
}

bool reads_as(Collection collection, const State& state, std::span<const std::uint32_t> contents) {
  if (collection == Collection::list) {
    return std::equal(state.begin(), state.end(), contents.begin(), contents.end());
  }
  return std::set(state.begin(), state.end()) == std::set(contents.begin(), contents.end());
}

State without(State state, std::uint32_t value, Collection collection) {
  if (collection == Collection::stack) {
    state.pop_back();
  } else {
    const auto at = std::find(state.begin(), state.end(), value);
    if (at != state.end()) state.erase(at);
  }
  return state;
}

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

namespace {

class Maker {
 public:
  Maker(const RandomCollection& options, std::uint64_t seed) : options_(options), dice_(seed) {}

  CollectionHistory make() {
    std::vector<Client> clients(static_cast<std::size_t>(options_.clients));
    int busy = 0;
    while (static_cast<int>(history_.size()) < options_.operations || busy > 0) {
      Client& client = clients[dice_.below(clients.size())];
      if (!client.operation) {
        if (static_cast<int>(history_.size()) == options_.operations) continue;
        start(client);
        ++busy;
      } else if (!client.has_happened) {
        client.has_happened = true;
        if (!client.is_unknown || dice_.chance(1, 2)) take_effect(history_[*client.operation]);
      } else {
        end(client);
        --busy;
      }
    }
    for (int i = 0; i < options_.mutations; ++i) mutate();
    return history_;
  }

 private:
  struct Client {
    std::optional<std::size_t> operation;
    bool has_happened = false;
    bool is_unknown = false;
  };

  bool is_set() const { return options_.collection == Collection::set; }
  bool only_grows() const {
    return options_.collection == Collection::list || options_.collection == Collection::set_reads;
  }

  std::uint32_t some_value() {
    return static_cast<std::uint32_t>(dice_.below(std::max<std::uint32_t>(next_value_, 1)));
  }

  // What is asked; answers come when it takes effect.
  void start(Client& client) {
    CollectionOperation operation;
    const bool reads = only_grows() && options_.reads_every > 0 &&
                       dice_.below(static_cast<std::uint64_t>(options_.reads_every)) == 0;
    if (reads) {
      operation.action = Action::read_all;
    } else if (only_grows() ||
               dice_.chance(static_cast<std::uint64_t>(options_.inserts_of_ten), 10)) {
      operation.action = Action::insert;
      operation.value = options_.repeat_values && dice_.chance(1, 3) ? some_value() : next_value_++;
    } else if (is_set()) {
      operation.action = dice_.chance(1, 3) ? Action::remove : Action::saw_present;
      operation.value = some_value();
    } else {
      operation.action = Action::remove;
    }
    operation.invoked_at = now_++;
    const bool may_be_unknown =
        operation.action != Action::remove || is_set() || options_.lose_removals;
    client = {
        history_.size(), false,
        may_be_unknown && dice_.chance(static_cast<std::uint64_t>(options_.unknown_percent), 100)};
    history_.add(operation);
  }

  void take_effect(CollectionOperation& operation) {
    switch (operation.action) {
      case Action::insert:
        if ((!is_set() && options_.collection != Collection::set_reads) ||
            !holds(state_, operation.value)) {
          state_.push_back(operation.value);
        }
        return;
      case Action::remove: {
        if (is_set()) {
          state_ = without(std::move(state_), operation.value, options_.collection);
          return;
        }
        const State choice = removable(options_.collection, state_);
        if (choice.empty()) {
          operation.action = Action::saw_empty;
          return;
        }
        operation.value = choice[dice_.below(choice.size())];
        state_ = without(std::move(state_), operation.value, options_.collection);
        return;
      }
      case Action::saw_empty:
        return;
      case Action::saw_present:
      case Action::saw_absent:
        operation.action =
            holds(state_, operation.value) ? Action::saw_present : Action::saw_absent;
        return;
      case Action::read_all: {
        State contents = state_;
        if (options_.collection == Collection::set_reads && contents.size() > 1) {
          std::swap(contents[dice_.below(contents.size())], contents.front());
        }
        history_.set_contents(static_cast<std::size_t>(&operation - &history_[0]),
                              std::move(contents));
        return;
      }
    }
  }

  void end(Client& client) {
    CollectionOperation& operation = history_[*client.operation];
    if (client.is_unknown) {
      lose_answer(operation);
    } else {
      operation.completed_at = now_++;
    }
    client.operation.reset();
  }

  void lose_answer(CollectionOperation& operation) {
    const bool is_taking =
        !is_set() && (operation.action == Action::remove || operation.action == Action::saw_empty);
    if (is_taking && !options_.lose_removals) return;
    operation.completed_at = Operation::never;
    operation.contents = {};
    if (is_taking) {
      operation.action = Action::remove;
      operation.value = CollectionOperation::no_value;
    }
  }

  CollectionOperation& any() { return history_[dice_.below(history_.size())]; }

  void mutate() {
    switch (dice_.below(8)) {
      case 0:
        return swap_answers();
      case 1:
      case 2:
      case 3:
        return swap_neighbouring_events();
      case 4:
        return shift();
      case 5:
        if (options_.unknown_percent > 0) lose_answer(any());
        return;
      case 6:
        return change_answer(any());
      default:
        return change_contents(any());
    }
  }

  static bool is_answer(const CollectionOperation& operation) {
    return operation.is_certain() && operation.action != Action::insert;
  }

  void swap_answers() {
    CollectionOperation& a = any();
    CollectionOperation& b = any();
    if (!is_answer(a) || !is_answer(b)) return;
    std::swap(a.value, b.value);
    std::swap(a.action, b.action);
    std::swap(a.contents, b.contents);
  }

  // Lets two events of different operations change places in time.
  void swap_neighbouring_events() {
    const auto at = static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(now_)));
    std::int64_t* first = event_at(at);
    std::int64_t* second = event_at(at + 1);
    if (first == nullptr || second == nullptr) return;
    std::swap(*first, *second);
    for (const CollectionOperation& operation : history_.operations()) {
      if (operation.completed_at > operation.invoked_at) continue;
      std::swap(*first, *second);
      return;
    }
  }

  std::int64_t* event_at(std::int64_t time) {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (history_[i].invoked_at == time) return &history_[i].invoked_at;
      if (history_[i].completed_at == time) return &history_[i].completed_at;
    }
    return nullptr;
  }

  // Moves one operation behind everything else.
  void shift() {
    CollectionOperation& operation = any();
    if (!operation.is_certain() || dice_.chance(1, 2)) return;
    operation.invoked_at = now_++;
    operation.completed_at = now_++;
  }

  void change_answer(CollectionOperation& operation) {
    if (!operation.is_certain()) return;
    if (operation.action == Action::saw_present) {
      operation.action = Action::saw_absent;
    } else if (operation.action == Action::saw_absent) {
      operation.action = Action::saw_present;
    } else if (operation.action == Action::remove && !is_set() && dice_.chance(1, 2)) {
      operation.action = Action::saw_empty;
      operation.value = CollectionOperation::no_value;
    } else if (operation.action == Action::saw_empty ||
               (operation.action == Action::remove && !is_set())) {
      operation.action = Action::remove;
      operation.value = some_value();
    }
  }

  void change_contents(CollectionOperation& operation) {
    if (operation.action != Action::read_all || !operation.is_certain()) return;
    State contents(operation.contents.begin(), operation.contents.end());
    const std::uint64_t choice = dice_.below(4);
    if (choice == 0 || contents.empty()) {
      contents.push_back(some_value());
    } else if (choice == 1) {
      contents.pop_back();
    } else if (choice == 2) {
      contents.erase(contents.begin());
    } else {
      std::swap(contents[dice_.below(contents.size())], contents.back());
    }
    history_.set_contents(static_cast<std::size_t>(&operation - &history_[0]), std::move(contents));
  }

  RandomCollection options_;
  Dice dice_;
  CollectionHistory history_;
  State state_;
  std::uint32_t next_value_ = 0;
  std::int64_t now_ = 0;
};

}  // namespace

CollectionHistory random_collection(const RandomCollection& options, std::uint64_t seed) {
  return Maker(options, seed).make();
}

CollectionHistory random_lives(std::uint64_t seed) {
  Dice dice(seed);
  const std::uint64_t values = 2 + dice.below(4), length = 8 + dice.below(40);
  const std::uint64_t reach = 1 + dice.below(length / 2);
  CollectionHistory history;
  const auto add = [&](Action action, std::uint32_t value, std::uint64_t at) {
    CollectionOperation operation{action, value};
    // Distinct events: each has a rest of its own modulo 64.
    const auto number = static_cast<std::int64_t>(2 * history.size());
    operation.invoked_at = 64 * static_cast<std::int64_t>(at + length - dice.below(reach)) + number;
    operation.completed_at =
        64 * static_cast<std::int64_t>(at + length + dice.below(reach)) + number + 1;
    history.add(operation);
  };
  for (std::uint32_t value = 0; value < values; ++value) {
    const std::uint64_t a = dice.below(length), b = dice.below(length);
    add(Action::insert, value, std::min(a, b));
    if (dice.chance(1, 10)) history[history.size() - 1].completed_at = Operation::never;
    if (dice.chance(9, 10)) add(Action::remove, value, std::max(a, b));
  }
  for (std::uint64_t empties = dice.below(3); empties > 0; --empties) {
    add(Action::saw_empty, CollectionOperation::no_value, dice.below(length));
  }
  return history;
}

}  // namespace faultrig::testing
