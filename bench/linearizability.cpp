// How long a verdict on linearizability takes, and how it grows. Prints tables; every row is one
// run of the checker, single-threaded unless it says otherwise, and the ratios compare rows of the
// same run, since machines differ more than algorithms.
//
// The histories: clients that always have an operation in flight, each taking effect at a random
// instant of its interval, reads, writes and cas in equal parts.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "checkers/linearizability/linearizability_checker.hpp"
#include "harness/random.hpp"

namespace faultrig {
namespace {

struct Shape {
  int operations = 1000;
  int clients = 10;
  int keys = 1;
  int values = 0;            // 0: every write writes a value of its own
  Ratio unknown = {0, 100};  // of the operations
  bool stale_read = false;   // planted three quarters into the first key
};

class HistoryMaker {
 public:
  HistoryMaker(const Shape& shape, std::uint64_t seed)
      : shape_(shape), random_(seed), state_(static_cast<std::size_t>(shape.keys), 0) {}

  History make() {
    std::vector<Slot> slots(static_cast<std::size_t>(shape_.clients));
    int busy = 0;
    while (started_ < shape_.operations || busy > 0) {
      Slot& slot = slots[random_.below(slots.size())];
      if (!slot.operation) {
        if (started_ == shape_.operations) continue;
        start(slot);
        ++busy;
      } else if (!slot.has_happened) {
        take_effect(slot);
      } else {
        end(slot);
        --busy;
      }
    }
    if (shape_.stale_read) plant_stale_read();
    return history_of(operations_);
  }

 private:
  struct Slot {
    std::optional<std::size_t> operation;
    bool has_happened = false;
    Outcome outcome = Outcome::ok;
    ProcessId process = -1;
  };

  std::int64_t next_value() {
    if (shape_.values == 0) return ++last_value_;
    return 1 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(shape_.values)));
  }

  void start(Slot& slot) {
    if (slot.process < 0) slot.process = next_process_++;
    Operation operation;
    operation.process = slot.process;
    operation.invoked_at = index_++;
    const std::uint64_t key = random_.below(static_cast<std::uint64_t>(shape_.keys));
    operation.key = Value(key);
    switch (random_.below(3)) {
      case 0:
        operation.f = "read";
        break;
      case 1:
        operation.f = "write";
        operation.input = next_value();
        break;
      default:
        operation.f = "cas";
        operation.input = Value::list({state_[key], next_value()});
        break;
    }
    slot.operation = operations_.size();
    slot.has_happened = false;
    slot.outcome = random_.chance(shape_.unknown) ? Outcome::info : Outcome::ok;
    operations_.push_back(std::move(operation));
    ++started_;
  }

  void take_effect(Slot& slot) {
    slot.has_happened = true;
    Operation& operation = operations_[*slot.operation];
    if (slot.outcome == Outcome::info && random_.chance({1, 2})) return;  // it never will
    std::int64_t& state = state_[static_cast<std::size_t>(operation.key->as_integer())];
    if (operation.f == "read") {
      operation.output = state;
    } else if (operation.f == "write") {
      state = operation.input.as_integer();
    } else if (operation.input.as_list()[0] == Value(state)) {
      state = operation.input.as_list()[1].as_integer();
    } else {
      slot.outcome = Outcome::fail;
    }
  }

  void end(Slot& slot) {
    Operation& operation = operations_[*slot.operation];
    operation.outcome = slot.outcome;
    if (slot.outcome != Outcome::ok) operation.output = Value();
    if (slot.outcome == Outcome::info) {
      slot.process = -1;
    } else {
      operation.completed_at = index_++;
    }
    slot.operation.reset();
  }

  // One read of the first key in the last quarter returns what the key held long before.
  void plant_stale_read() {
    const std::int64_t from = index_ * 3 / 4;
    const Operation* old = nullptr;
    for (Operation& operation : operations_) {
      if (operation.key != Value(0) || operation.f != "read") continue;
      if (operation.outcome != Outcome::ok) continue;
      if (old == nullptr && operation.invoked_at > index_ / 4) old = &operation;
      if (old == nullptr || operation.invoked_at < from || operation.output == old->output)
        continue;
      operation.output = old->output;
      return;
    }
  }

  Shape shape_;
  Random random_;
  std::vector<std::int64_t> state_;
  std::vector<Operation> operations_;
  int started_ = 0;
  std::int64_t index_ = 0;
  std::int64_t last_value_ = 0;
  ProcessId next_process_ = 0;
};

std::string statistic(const Verdict& verdict, std::string_view name) {
  for (const auto& [key, value] : verdict.statistics) {
    if (key == name) return value;
  }
  return "?";
}

// Milliseconds the check took.
double run(const Shape& shape, double before, unsigned threads = 1) {
  const History history = HistoryMaker(shape, 1).make();
  CheckBudget budget;
  budget.threads = threads;
  const auto checker = make_linearizability_checker("cas-register", 0);
  const auto start = std::chrono::steady_clock::now();
  const Verdict verdict = checker->check(history, budget);
  const double milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  std::string core;
  if (const auto* evidence = std::get_if<NotLinearizable>(&verdict.evidence)) {
    core = std::to_string(evidence->core.size());
  }
  fmt::print("{:>9} {:>7} {:>5} {:>8} {:>7} {:>6}  {:>8} {:>5} {:>10.1f} {:>11} {:>10} {:>7}\n",
             shape.operations, shape.clients, shape.keys,
             shape.values == 0 ? "distinct" : std::to_string(shape.values),
             fmt::format("{}%", shape.unknown.numerator), shape.stale_read ? "stale" : "",
             to_string(verdict.validity), core, milliseconds, statistic(verdict, "steps"),
             statistic(verdict, "bytes for the largest key"),
             before > 0 ? fmt::format("x{:.1f}", milliseconds / before) : "");
  return milliseconds;
}

void title(std::string_view text) {
  fmt::print("\n{}\n{:>9} {:>7} {:>5} {:>8} {:>7} {:>6}  {:>8} {:>5} {:>10} {:>11} {:>10} {:>7}\n",
             text, "ops", "clients", "keys", "values", "unknown", "bug", "verdict", "core", "ms",
             "steps", "bytes", "ratio");
}

}  // namespace
}  // namespace faultrig

int main() {
  using namespace faultrig;
  title("a run of raft_kv: many keys, some unknown");
  for (bool stale : {false, true}) {
    const Shape shape{.operations = 15'000, .keys = 60, .unknown = {3, 100}, .stale_read = stale};
    const double alone = run(shape, 0);
    run(shape, alone, 2);  // two threads
  }
  for (int values : {0, 5}) {
    for (bool stale : {false, true}) {
      title("growth with operations, one key");
      double before = 0;
      for (int operations : {1'000, 2'000, 4'000, 8'000, 16'000}) {
        before = run({.operations = operations, .values = values, .stale_read = stale}, before);
      }
    }
  }
  for (bool stale : {false, true}) {
    title("growth with clients, one key");
    double before = 0;
    for (int clients : {2, 5, 10, 20, 40}) {
      before = run({.operations = 2'000, .clients = clients, .stale_read = stale}, before);
    }
  }
  for (int values : {0, 5}) {
    title("growth with unknown operations, one key");
    double before = 0;
    for (std::uint32_t percent : {0U, 2U, 5U, 10U, 20U, 50U}) {
      before = run({.operations = 500, .values = values, .unknown = {percent, 100}}, before);
    }
  }
  return 0;
}
