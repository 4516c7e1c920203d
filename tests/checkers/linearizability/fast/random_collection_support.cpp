// Random histories of collections, honest and mutated.
#include <algorithm>
#include <optional>
#include <utility>

#include "tests/checkers/linearizability/fast/collection_state_support.hpp"
#include "tests/checkers/linearizability/fast/collection_support.hpp"

namespace faultrig::testing {

using Action = CollectionAction;

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
