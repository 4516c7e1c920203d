// How long a verdict on linearizability takes, how it grows and what memory it needs. Every row is
// the best of five runs of the checker (two, where one takes half a second) on a history made in
// memory; ratios compare rows of the same run, since machines differ more than algorithms.
//
// The histories: clients that always have an operation in flight, each taking effect at a random
// instant of its interval, reads, writes and cas in equal parts; a cas looks for the value its
// client expects from among those in use. A stale read returns in the last quarter a value that
// was written once, in the first quarter.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <fstream>
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
  int values = 5;            // 0: every write writes a value of its own
  Ratio unknown = {0, 100};  // of the operations
  bool stale_read = false;   // of the first key
};

class HistoryMaker {
 public:
  HistoryMaker(const Shape& shape, std::uint64_t seed)
      : shape_(shape), random_(seed), state_(static_cast<std::size_t>(shape.keys), 0) {}

  History make() {
    std::vector<Slot> slots(static_cast<std::size_t>(shape_.clients));
    operations_.reserve(static_cast<std::size_t>(shape_.operations));
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
    return history_of(operations_);
  }

 private:
  static constexpr std::int64_t planted = 1'000'000'000;
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
    if (shape_.keys > 1) operation.key = Value(key);
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
        operation.input =
            Value::list({shape_.values == 0 ? state_[key] : next_value(), next_value()});
        break;
    }
    slot.operation = operations_.size();
    slot.has_happened = false;
    slot.outcome = random_.chance(shape_.unknown) ? Outcome::info : Outcome::ok;
    if (shape_.stale_read && started_ == shape_.operations / 4) {
      operation.f = "write";
      operation.input = planted;
      operation.key = shape_.keys > 1 ? std::optional(Value(0)) : std::nullopt;
      slot.outcome = Outcome::ok;
    }
    operations_.push_back(std::move(operation));
    ++started_;
  }

  void take_effect(Slot& slot) {
    slot.has_happened = true;
    Operation& operation = operations_[*slot.operation];
    if (slot.outcome == Outcome::info && random_.chance({1, 2})) return;  // it never will
    std::int64_t& state =
        state_[operation.key ? static_cast<std::size_t>(operation.key->as_integer()) : 0];
    if (operation.f == "read") {
      operation.output = state;
      const bool is_first_key = &state == state_.data();
      const bool is_late = started_ > shape_.operations - shape_.operations / 4;
      if (!shape_.stale_read || was_stale_ || !is_first_key || !is_late) return;
      was_stale_ = slot.outcome == Outcome::ok;
      if (was_stale_) operation.output = planted;
    } else if (operation.f == "write") {
      state = operation.input.as_integer();
    } else if (operation.input.as_list()[0] == Value(state)) {
      state = operation.input.as_list()[1].as_integer();
    } else if (slot.outcome == Outcome::ok) {
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

  Shape shape_;
  Random random_;
  std::vector<std::int64_t> state_;
  std::vector<Operation> operations_;
  int started_ = 0;
  std::int64_t index_ = 0;
  std::int64_t last_value_ = 0;
  ProcessId next_process_ = 0;
  bool was_stale_ = false;
};

// The most memory this process held since the last call to start().
struct PeakMemory {
  static void start() { std::ofstream("/proc/self/clear_refs") << "5"; }
  static double megabytes() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    }
    return 0;
  }
};

struct Measured {
  double milliseconds;
  double megabytes;  // of the whole process, the history included
  Verdict verdict;
  std::size_t core = 0;
};

Measured measure_once(const History& history, unsigned threads) {
  CheckBudget budget;
  budget.threads = threads;
  const auto checker = make_linearizability_checker("cas-register", 0);
  PeakMemory::start();
  const auto start = std::chrono::steady_clock::now();
  Measured measured{0, 0, checker->check(history, budget), 0};
  measured.milliseconds =
      std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
  measured.megabytes = PeakMemory::megabytes();
  if (const auto* evidence = std::get_if<NotLinearizable>(&measured.verdict.evidence)) {
    measured.core = evidence->core.size();
  }
  return measured;
}

Measured measure(const Shape& shape, unsigned threads) {
  const History history = HistoryMaker(shape, 1).make();
  Measured best = measure_once(history, threads);
  const int more = best.milliseconds < 500 ? 4 : 1;
  for (int i = 0; i < more; ++i) {
    Measured again = measure_once(history, threads);
    if (again.milliseconds < best.milliseconds) best = std::move(again);
  }
  return best;
}

std::string describe(const Shape& shape) {
  std::string text = fmt::format("{} ops, {} clients", shape.operations, shape.clients);
  if (shape.keys > 1) text += fmt::format(", {} keys", shape.keys);
  text += shape.values == 0 ? ", distinct" : fmt::format(", {} values", shape.values);
  if (shape.unknown.numerator > 0) text += fmt::format(", {}% unknown", shape.unknown.numerator);
  if (shape.stale_read) text += ", stale read";
  return text;
}

// Milliseconds; the ratio to `before` is printed where there is one.
double row(const Shape& shape, double before = 0, unsigned threads = 1,
           std::string_view others = "") {
  const Measured measured = measure(shape, threads);
  std::string verdict(to_string(measured.verdict.validity));
  if (measured.core > 0) verdict += fmt::format(" core {}", measured.core);
  const std::string expected = shape.stale_read ? "invalid" : "valid";
  if (!verdict.starts_with(expected)) verdict += " WRONG";
  const auto procedure = measured.verdict.procedure.find(": ");
  fmt::print("{:<58} {:>15} {:>9.1f} ms {:>6} {:>7.0f} MB  {}{}\n", describe(shape), verdict,
             measured.milliseconds,
             before > 0 ? fmt::format("x{:.1f}", measured.milliseconds / before) : "",
             measured.megabytes, others,
             others.empty() ? measured.verdict.procedure.substr(procedure + 2) : "");
  std::fflush(stdout);
  return measured.milliseconds;
}

void title(std::string_view text) { fmt::print("\n{}\n", text); }

// The rows that other checkers were measured with, on a machine of two cores.
void comparison() {
  title("against Porcupine (Go) | Knossos wgl / linear (JVM)");
  row({.operations = 10'000}, 0, 2, "0.15 s, 0.12 GB | 0.5 s / 1.6 s");
  row({.operations = 100'000}, 0, 2, "28 s, 9.3 GB | 5.5 s / 8.2 s");
  row({.operations = 100'000, .stale_read = true}, 0, 2, "out of memory | unknown / 11 s");
  row({.operations = 10'000, .clients = 20}, 0, 2, "over 30 s | 3.8 s / unknown");
  row({.operations = 10'000, .clients = 30}, 0, 2, "over 60 s | unknown / unknown");
  row({.operations = 10'000, .clients = 100}, 0, 2, "over 60 s | unknown / unknown");
  row({.operations = 1'000, .unknown = {1, 100}, .stale_read = true}, 0, 2,
      "over 30 s | unknown / unknown");
  row({.operations = 100'000, .clients = 100, .keys = 10, .values = 0}, 0, 2,
      "out of memory | 82 s / -");
  row({.operations = 1'000'000, .clients = 30, .keys = 1'000}, 0, 2,
      "1.4 s (a Rust port: 0.5 s) | 13 s / -");
}

void growth() {
  title("growth with operations");
  for (const Shape& base : {Shape{}, Shape{.stale_read = true}, Shape{.values = 0},
                            Shape{.values = 0, .stale_read = true}}) {
    double before = 0;
    for (int operations : {10'000, 100'000, 1'000'000}) {
      Shape shape = base;
      shape.operations = operations;
      before = row(shape, before);
    }
  }
  title("growth with clients");
  for (bool stale : {false, true}) {
    double before = 0;
    for (int clients : {5, 10, 20, 30, 50, 100, 200}) {
      before = row({.operations = 10'000, .clients = clients, .stale_read = stale}, before);
    }
  }
  title("growth with unknown outcomes (ratio to none)");
  for (int clients : {10, 30, 100}) {
    const double none = row({.operations = 10'000, .clients = clients});
    for (std::uint32_t percent : {1U, 5U, 20U}) {
      row({.operations = 10'000, .clients = clients, .unknown = {percent, 100}}, none);
    }
    const Shape stale{.operations = 10'000, .clients = clients, .stale_read = true};
    Shape unknown = stale;
    unknown.unknown = {5, 100};
    row(unknown, row(stale));
  }
  title("threads: many keys");
  const Shape keys{.operations = 300'000, .clients = 100, .keys = 100};
  const double alone = row(keys);
  row(keys, alone, 2);
}

}  // namespace
}  // namespace faultrig

int main() {
  faultrig::comparison();
  faultrig::growth();
  return 0;
}
