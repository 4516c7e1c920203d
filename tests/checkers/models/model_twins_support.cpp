#include "tests/checkers/models/model_twins_support.hpp"

#include <algorithm>

namespace faultrig::testing {
namespace {

using States = std::vector<Value>;

Operation asking(std::string f, Value input = {}) {
  Operation operation;
  operation.f = std::move(f);
  operation.input = std::move(input);
  return operation;
}

Value small(Dice& dice, std::uint64_t values = 3) {
  return Value(static_cast<std::int64_t>(1 + dice.below(values)));
}

States when(bool possible, const Value& state) { return possible ? States{state} : States{}; }

bool is_unknown(const Operation& operation) { return operation.outcome != Outcome::ok; }

// --- queues and stacks: the state is the list of what is inside, first in first.

States removed(const Value& state, std::size_t at) {
  Value::List items = state.as_list();
  items.erase(items.begin() + static_cast<std::ptrdiff_t>(at));
  return {Value(items)};
}

enum class Order { first, last, any };

ModelTwin collection(std::string name, std::string insert, std::string remove, Order order) {
  ModelTwin twin;
  twin.name = std::move(name);
  twin.start = Value(Value::List());
  twin.invent = [=](Dice& dice) {
    return dice.chance(1, 2) ? asking(insert, small(dice)) : asking(remove);
  };
  twin.results = [=](const Operation& operation) {
    return operation.f == insert ? States{Value()} : States{Value(), 1, 2, 3};
  };
  twin.next = [=](const Value& state, const Operation& operation) {
    const Value::List& items = state.as_list();
    if (operation.f == insert) {
      Value::List more = items;
      more.push_back(operation.input);
      return States{Value(more)};
    }
    States states;
    if (is_unknown(operation) && items.empty()) return States{state};
    if (!is_unknown(operation) && operation.output.is_nil()) return when(items.empty(), state);
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (order == Order::first && i != 0) continue;
      if (order == Order::last && i + 1 != items.size()) continue;
      if (!is_unknown(operation) && items[i] != operation.output) continue;
      for (Value& after : removed(state, i)) states.push_back(std::move(after));
    }
    return states;
  };
  return twin;
}

// --- lists and sets

ModelTwin list_twin() {
  ModelTwin twin;
  twin.name = "list";
  twin.start = Value(Value::List());
  twin.invent = [](Dice& dice) {
    return dice.chance(1, 2) ? asking("append", small(dice)) : asking("read");
  };
  twin.results = [](const Operation& operation) {
    if (operation.f == "append") return States{Value()};
    States lists = {Value(Value::List())};
    for (int a = 1; a <= 3; ++a) {
      lists.push_back(Value::list({a}));
      for (int b = 1; b <= 3; ++b) {
        lists.push_back(Value::list({a, b}));
        for (int c = 1; c <= 3; ++c) lists.push_back(Value::list({a, b, c}));
      }
    }
    return lists;
  };
  twin.next = [](const Value& state, const Operation& operation) {
    if (operation.f == "read")
      return when(is_unknown(operation) || operation.output == state, state);
    Value::List items = state.as_list();
    items.push_back(operation.input);
    return States{Value(items)};
  };
  return twin;
}

Value subset(int bits) {
  Value::List items;
  for (int i = 0; i < 3; ++i) {
    if ((bits >> i) % 2 == 1) items.push_back(Value(i + 1));
  }
  return Value(items);
}

ModelTwin set_twin() {
  ModelTwin twin;
  twin.name = "set";
  twin.start = Value(0);  // the bits of 1, 2 and 3
  twin.invent = [](Dice& dice) {
    const char* const names[] = {"add", "add", "remove", "contains", "read"};
    const char* name = names[dice.below(5)];
    return asking(name, std::string(name) == "read" ? Value() : small(dice));
  };
  twin.results = [](const Operation& operation) {
    if (operation.f == "contains") return States{true, false};
    if (operation.f != "read") return States{Value()};
    States sets;
    for (int bits = 0; bits < 8; ++bits) sets.push_back(subset(bits));
    return sets;
  };
  twin.next = [](const Value& state, const Operation& operation) {
    const auto bits = static_cast<int>(state.as_integer());
    if (operation.f == "read") {
      return when(is_unknown(operation) || operation.output == subset(bits), state);
    }
    const int bit = 1 << (operation.input.as_integer() - 1);
    if (operation.f == "add") return States{Value(bits | bit)};
    if (operation.f == "remove") return States{Value(bits & ~bit)};
    return when(is_unknown(operation) || operation.output == Value((bits & bit) != 0), state);
  };
  return twin;
}

// --- numbers

ModelTwin counter_twin() {
  ModelTwin twin;
  twin.name = "counter";
  twin.initial = Value(1);
  twin.start = Value(1);
  twin.invent = [](Dice& dice) {
    const char* const names[] = {"add", "increment", "decrement", "read", "read"};
    const char* name = names[dice.below(5)];
    if (std::string(name) == "read") return asking(name);
    return asking(name, dice.chance(1, 3) ? Value() : small(dice, 2));
  };
  twin.results = [](const Operation& operation) {
    if (operation.f != "read") return States{Value()};
    States counts;
    for (int i = -4; i < 8; ++i) counts.push_back(Value(i));
    return counts;
  };
  twin.next = [](const Value& state, const Operation& operation) {
    if (operation.f == "read")
      return when(is_unknown(operation) || operation.output == state, state);
    const std::int64_t amount = operation.input.is_nil() ? 1 : operation.input.as_integer();
    return States{Value(state.as_integer() + (operation.f == "decrement" ? -amount : amount))};
  };
  return twin;
}

Value balances(std::int64_t a, std::int64_t b) { return Value::map({{"a", a}, {"b", b}}); }

// The state is [a, b]; with unknown beginnings any of the few that reads can show.
ModelTwin bank_twin(bool is_known) {
  ModelTwin twin;
  twin.name = "bank";
  twin.initial = is_known ? balances(2, 2) : Value();
  twin.start = is_known ? Value::list({2, 2}) : Value();
  twin.invent = [](Dice& dice) {
    if (dice.chance(1, 2)) return asking("read");
    const bool forth = dice.chance(1, 2);
    return asking("transfer", Value::map({{"from", forth ? "a" : "b"},
                                          {"to", forth ? "b" : "a"},
                                          {"amount", small(dice, 2)}}));
  };
  twin.results = [](const Operation& operation) {
    if (operation.f != "read") return States{Value()};
    States all;
    for (int a = 0; a <= 4; ++a) all.push_back(balances(a, 4 - a));
    all.push_back(balances(2, 1));
    return all;
  };
  twin.next = [=](const Value& state, const Operation& operation) {
    // Every beginning within reach of the results above.
    if (state.is_nil()) {
      States all;
      for (int a = -20; a <= 20; ++a) {
        for (int total = 3; total <= 4; ++total) {
          for (Value& after : bank_twin(true).next(Value::list({a, total - a}), operation)) {
            all.push_back(std::move(after));
          }
        }
      }
      return all;
    }
    const std::int64_t a = state.as_list()[0].as_integer();
    const std::int64_t b = state.as_list()[1].as_integer();
    if (operation.f == "read") {
      return when(is_unknown(operation) || operation.output == balances(a, b), state);
    }
    std::int64_t amount = operation.input.find("amount")->as_integer();
    if (operation.input.string_or("from", "") == "b") amount = -amount;
    return States{Value::list({a - amount, b + amount})};
  };
  return twin;
}

// --- locks

ModelTwin mutex_twin() {
  ModelTwin twin;
  twin.name = "mutex";
  twin.start = Value(false);
  twin.invent = [](Dice& dice) { return asking(dice.chance(1, 2) ? "acquire" : "release"); };
  twin.results = [](const Operation&) { return States{Value()}; };
  twin.next = [](const Value& state, const Operation& operation) {
    const bool acquires = operation.f == "acquire";
    return when(state.as_boolean() != acquires, Value(acquires));
  };
  return twin;
}

ModelTwin semaphore_twin() {
  ModelTwin twin;
  twin.name = "semaphore";
  twin.initial = Value(2);
  twin.start = Value(2);
  twin.invent = [](Dice& dice) {
    return asking(dice.chance(1, 2) ? "acquire" : "release",
                  dice.chance(1, 2) ? Value() : small(dice, 2));
  };
  twin.results = [](const Operation&) { return States{Value()}; };
  twin.next = [](const Value& state, const Operation& operation) {
    const std::int64_t asked = operation.input.is_nil() ? 1 : operation.input.as_integer();
    const std::int64_t after = state.as_integer() + (operation.f == "acquire" ? -asked : asked);
    return when(after >= 0 && after <= 2, Value(after));
  };
  return twin;
}

ModelTwin reentrant_twin() {
  ModelTwin twin;
  twin.name = "reentrant-lock";
  twin.start = Value::list({0, 0});  // owner, how often
  twin.invent = [](Dice& dice) {
    return asking(dice.chance(1, 2) ? "acquire" : "release", small(dice, 2));
  };
  twin.results = [](const Operation&) { return States{Value()}; };
  twin.next = [](const Value& state, const Operation& operation) {
    const Value owner = state.as_list()[0];
    const std::int64_t times = state.as_list()[1].as_integer();
    const bool is_mine = times == 0 || owner == operation.input;
    if (operation.f == "acquire") return when(is_mine, Value::list({operation.input, times + 1}));
    if (times == 0 || !is_mine) return States{};
    return States{times == 1 ? Value::list({0, 0}) : Value::list({owner, times - 1})};
  };
  return twin;
}

ModelTwin fenced_twin() {
  ModelTwin twin;
  twin.name = "fenced-lock";
  twin.initial = Value(0);
  twin.start = Value::list({0, 0});  // owner (0: nobody), last token
  twin.invent = [](Dice& dice) {
    return asking(dice.chance(1, 2) ? "acquire" : "release", small(dice, 2));
  };
  twin.results = [](const Operation& operation) {
    if (operation.f == "release") return States{Value()};
    return States{Value(), 1, 2, 3, 4};
  };
  twin.next = [](const Value& state, const Operation& operation) {
    const Value owner = state.as_list()[0];
    const std::int64_t last = state.as_list()[1].as_integer();
    if (operation.f == "release") {
      return when(owner == operation.input, Value::list({0, last}));
    }
    if (owner != Value(0)) return States{};
    States states;
    for (std::int64_t token = last + 1; token <= last + 4; ++token) {
      const bool fits = is_unknown(operation) || operation.output == Value(token);
      if (fits) states.push_back(Value::list({operation.input, token}));
    }
    if (!is_unknown(operation) && operation.output.is_nil()) {
      states.push_back(Value::list({operation.input, last}));
    }
    return states;
  };
  return twin;
}

// --- registers

Value access(const char* f, int key, Value value) {
  return Value::list({f, key, std::move(value)});
}

ModelTwin multi_register_twin() {
  ModelTwin twin;
  twin.name = "multi-register";
  twin.start = Value::list({Value(), Value()});
  twin.invent = [](Dice& dice) {
    Value::List accesses;
    for (std::uint64_t i = 0; i <= dice.below(2); ++i) {
      const int key = static_cast<int>(dice.below(2));
      accesses.push_back(dice.chance(1, 2) ? access("r", key, {})
                                           : access("w", key, small(dice, 2)));
    }
    return asking("txn", Value(accesses));
  };
  twin.results = [](const Operation& operation) {
    States all = {Value(Value::List())};
    for (const Value& item : operation.input.as_list()) {
      const bool is_read = item.as_list()[0] == Value("r");
      States longer;
      for (const Value& so_far : all) {
        for (const Value& value : is_read ? States{Value(), 1, 2} : States{item.as_list()[2]}) {
          Value::List items = so_far.as_list();
          items.push_back(Value::list({item.as_list()[0], item.as_list()[1], value}));
          longer.push_back(Value(items));
        }
      }
      all = std::move(longer);
    }
    return all;
  };
  twin.next = [](const Value& state, const Operation& operation) {
    Value::List registers = state.as_list();
    const Value& text = is_unknown(operation) ? operation.input : operation.output;
    for (const Value& item : text.as_list()) {
      Value& held = registers[static_cast<std::size_t>(item.as_list()[1].as_integer())];
      if (item.as_list()[0] == Value("w")) {
        held = item.as_list()[2];
      } else if (!is_unknown(operation) && held != item.as_list()[2]) {
        return States{};
      }
    }
    return States{Value(registers)};
  };
  return twin;
}

ModelTwin register_twin(bool is_map) {
  ModelTwin twin;
  twin.name = is_map ? "kv-map" : "cas-register";
  twin.initial = is_map ? Value() : Value(0);
  twin.start = twin.initial;
  twin.invent = [=](Dice& dice) {
    switch (dice.below(is_map ? 4 : 3)) {
      case 0:
        return asking("read");
      case 1:
        return asking("write", small(dice, 2));
      case 2:
        return asking("cas", Value::list({small(dice, 2), small(dice, 2)}));
      default:
        return asking("delete");
    }
  };
  twin.results = [=](const Operation& operation) {
    if (operation.f == "read") return States{twin.initial, 1, 2};
    if (operation.f == "cas") return States{true, false};
    return States{Value()};
  };
  twin.next = [](const Value& state, const Operation& operation) {
    if (operation.f == "read")
      return when(is_unknown(operation) || operation.output == state, state);
    if (operation.f == "write") return States{operation.input};
    if (operation.f == "delete") return States{Value()};
    const bool matches = state == operation.input.as_list()[0];
    if (is_unknown(operation) || operation.output != Value(false)) {
      return when(matches, operation.input.as_list()[1]);
    }
    return when(!matches, state);
  };
  return twin;
}

}  // namespace

const std::vector<ModelTwin>& model_twins() {
  static const std::vector<ModelTwin> twins = {
      register_twin(false),
      register_twin(true),
      multi_register_twin(),
      list_twin(),
      set_twin(),
      collection("fifo-queue", "enqueue", "dequeue", Order::first),
      collection("unordered-queue", "enqueue", "dequeue", Order::any),
      collection("stack", "push", "pop", Order::last),
      counter_twin(),
      bank_twin(true),
      bank_twin(false),
      mutex_twin(),
      reentrant_twin(),
      fenced_twin(),
      semaphore_twin(),
  };
  return twins;
}

}  // namespace faultrig::testing
