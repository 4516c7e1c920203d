// How long each promise about causality takes to judge, and how that grows: histories of 10^4 ...
// 10^6 reads and writes from 20 sessions, half of them writes, as a simulated store gives them
// whose replicas pass writes on in causal order; the highest stamp wins, so that every level holds
// but PRAM and causal memory, or the last delivered wins, so that every level holds but read
// atomicity and causal convergence. A level is measured with the history that keeps it: nothing
// ends early.
//
// `history` is the time to reduce the history to arrays, which every level needs; the others
// include it. Ratios compare rows of the same run, since machines differ more than algorithms; the
// exponent is that of the power of the length that fits best.
//
//   bench_causal [keys] [sessions] [unknown outcomes in 1000]
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/growth.hpp"
#include "checkers/causal/causal_checker.hpp"
#include "checkers/causal/causal_history.hpp"
#include "harness/random.hpp"

namespace faultrig {
namespace {

struct Shape {
  std::size_t operations = 10'000;
  std::size_t keys = 1000;
  std::size_t sessions = 20;
  std::uint32_t unknown_permille = 0;
  bool stamped = true;
};

// One replica a session. Each remembers how much it has applied of every other's writes, and a
// write carries what its replica had applied then.
class StoreRun {
 public:
  explicit StoreRun(const Shape& shape) : shape_(shape), random_(7), replicas_(shape.sessions) {
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      replicas_[i].applied.resize(replicas_.size(), 0);
      replicas_[i].holds.resize(shape.keys, none);
      replicas_[i].process = next_process_++;
    }
    operations_.reserve(shape.operations);
  }

  History make() {
    while (operations_.size() < shape_.operations) {
      Replica& replica = replicas_[random_.below(replicas_.size())];
      for (int i = 0; i < 2; ++i) catch_up(replica, random_.below(replicas_.size()));
      operate(replica, random_.below(shape_.keys));
    }
    return history_of(operations_);
  }

 private:
  static constexpr std::uint32_t none = ~0U;
  struct Write {
    std::vector<std::uint32_t> needs;  // of every replica's writes
    std::pair<std::uint64_t, std::size_t> stamp;
    std::size_t key;
    std::uint32_t value;
  };
  struct Replica {
    std::vector<std::uint32_t> applied;
    std::vector<std::uint32_t> holds;  // by key: number in writes_
    std::vector<std::uint32_t> made;   // its own writes
    std::uint64_t lamport = 0;
    ProcessId process = 0;
  };

  void operate(Replica& replica, std::size_t key) {
    Operation operation;
    operation.process = replica.process;
    operation.key = Value(key);
    operation.invoked_at = index_++;
    const bool is_write = random_.below(2) == 0;
    operation.f = is_write ? "write" : "read";
    if (random_.below(1000) < shape_.unknown_permille) {
      replica.process = next_process_++;
    } else {
      operation.outcome = Outcome::ok;
      operation.completed_at = index_++;
    }
    if (is_write) {
      operation.input = Value(writes_.size());
      write(replica, key);
    } else if (operation.outcome == Outcome::ok && replica.holds[key] != none) {
      operation.output = Value(writes_[replica.holds[key]].value);
    }
    operations_.push_back(std::move(operation));
  }
  void write(Replica& replica, std::size_t key) {
    const auto number = static_cast<std::uint32_t>(writes_.size());
    const auto origin = static_cast<std::size_t>(&replica - replicas_.data());
    writes_.push_back({replica.applied, {++replica.lamport, origin}, key, number});
    replica.made.push_back(number);
    ++replica.applied[origin];
    replica.holds[key] = number;
  }
  // Applies what is ready of the other's writes, a few at a time.
  void catch_up(Replica& replica, std::size_t origin) {
    const Replica& other = replicas_[origin];
    for (int i = 0; i < 40 && replica.applied[origin] < other.made.size(); ++i) {
      const Write& write = writes_[other.made[replica.applied[origin]]];
      for (std::size_t s = 0; s < replicas_.size(); ++s) {
        if (replica.applied[s] < write.needs[s]) return;
      }
      ++replica.applied[origin];
      replica.lamport = std::max(replica.lamport, write.stamp.first);
      std::uint32_t& held = replica.holds[write.key];
      if (!shape_.stamped || held == none || writes_[held].stamp < write.stamp) held = write.value;
    }
  }

  Shape shape_;
  Random random_;
  std::vector<Replica> replicas_;
  std::vector<Write> writes_;
  std::vector<Operation> operations_;
  ProcessId next_process_ = 0;
  std::int64_t index_ = 0;
};

// The fastest of a few runs: the others tell of the machine. Time of this process, not of the clock
// on the wall, since there is one thread and perhaps other work beside it.
template <typename Work>
double time_of(Work work) {
  double best = 0;
  for (int run = 0; run < 3; ++run) {
    const std::clock_t begin = std::clock();
    work();
    const double took = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    if (run == 0 || took < best) best = took;
  }
  return best;
}

void head(std::string_view name) {
  fmt::print("\n{}\n{:>9} {:>8} {:>9} {:>10} {:>8} {:>7}\n", name, "ops", "sessions", "verdict",
             "ms", "ns/op", "ratio");
}

void row(const Shape& shape, std::size_t sessions, std::string_view verdict, double milliseconds,
         std::vector<GrowthPoint>& points) {
  const double ratio = points.empty() ? 1 : milliseconds / points.back().milliseconds;
  fmt::print("{:>9} {:>8} {:>9} {:>10.2f} {:>8.0f} {:>7.2f}\n", shape.operations, sessions, verdict,
             milliseconds, milliseconds * 1e6 / static_cast<double>(shape.operations), ratio);
  std::fflush(stdout);
  points.push_back({static_cast<double>(shape.operations), milliseconds});
}

using Histories = std::array<History, 3>;
constexpr std::array<std::size_t, 3> lengths = {10'000, 100'000, 1'000'000};

Histories make(Shape shape, bool stamped) {
  Histories histories;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    shape.operations = lengths[i];
    shape.stamped = stamped;
    histories[i] = StoreRun(shape).make();
  }
  return histories;
}

// All four together: whoever asks for one wants the others.
const std::vector<std::pair<std::string_view, std::vector<CausalLevel>>> measured = {
    {"the four session guarantees",
     {CausalLevel::read_your_writes, CausalLevel::monotonic_reads, CausalLevel::monotonic_writes,
      CausalLevel::writes_follow_reads}},
    {"read-atomic", {CausalLevel::read_atomic}},
    {"pram", {CausalLevel::pram}},
    {"causal", {CausalLevel::causal}},
    {"causal-convergence", {CausalLevel::causal_convergence}},
    {"causal-memory", {CausalLevel::causal_memory}},
};

void measure(Shape shape, const Histories& stamped, const Histories& delivered) {
  head("history");
  std::vector<GrowthPoint> points;
  for (std::size_t i = 0; i < lengths.size(); ++i) {
    shape.operations = lengths[i];
    std::size_t sessions = 0;
    const double took = time_of([&] { sessions = causal_history(stamped[i], {}).sessions(); });
    row(shape, sessions, "", took, points);
  }
  fmt::print("grows with the power {:.2f} of the length\n", exponent_of(points));
  for (const auto& [name, levels] : measured) {
    head(name);
    points.clear();
    const bool is_view = name == "pram" || name == "causal-memory";
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      shape.operations = lengths[i];
      const History& history = is_view ? delivered[i] : stamped[i];
      Validity validity = Validity::valid;
      std::string sessions;
      const double took = time_of([&] {
        for (const CausalRung& rung : judge_causal_levels(history, {}, {}, levels)) {
          validity = worst(validity, rung.verdict.validity);
          sessions = rung.verdict.statistics[1].second;
        }
      });
      row(shape, std::stoul(sessions), to_string(validity), took, points);
    }
    fmt::print("grows with the power {:.2f} of the length\n", exponent_of(points));
  }
}

}  // namespace
}  // namespace faultrig

int main(int argc, char** argv) {
  using namespace faultrig;
  Shape shape;
  if (argc > 1) shape.keys = std::strtoul(argv[1], nullptr, 10);
  if (argc > 2) shape.sessions = std::strtoul(argv[2], nullptr, 10);
  if (argc > 3)
    shape.unknown_permille = static_cast<std::uint32_t>(std::strtoul(argv[3], nullptr, 10));
  fmt::print("{} keys, {} clients, {} unknown outcomes in 1000\n", shape.keys, shape.sessions,
             shape.unknown_permille);
  measure(shape, make(shape, true), make(shape, false));
  return 0;
}
