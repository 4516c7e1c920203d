// How long the checkers of single properties take, and how that grows: each against histories of
// 10^4, 10^5 and 10^6 operations, right, and with one anomaly. Prints a table a checker; the
// exponent is that of the power of the length that fits best (1: linear). Times are of the
// processor, since the checkers are of one thread and machines are shared. A history of 10^4
// operations (3 MB) fits into a cache and one of 10^6 does not, which shows as a power above 1.
//
// The histories: ten clients that take turns, each operation overlapping the next nine. A set is
// read whole twenty times, whatever the length, so that the elements shown stay in proportion to
// the operations (ten for each).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <deque>
#include <functional>
#include <string>
#include <vector>

#include "bench/growth.hpp"
#include "checkers/history/history.hpp"
#include "checkers/invariants/catalog.hpp"

namespace faultrig {
namespace {

constexpr std::size_t clients = 10;

struct Asked {
  std::string f;
  Value input;
  Value output;
};

// What the i-th of n operations asks and is told. It takes effect when it begins.
using Play = std::function<Asked(std::size_t i, std::size_t n)>;

Event event_of(const Asked& asked, std::size_t i, EventType type, std::int64_t index) {
  Event event;
  event.index = index;
  event.time = std::chrono::microseconds(index);
  event.process = static_cast<ProcessId>(i % clients);
  event.type = type;
  event.f = asked.f;
  event.value = type == EventType::invoke ? asked.input : asked.output;
  return event;
}

History play(const Play& object, std::size_t operations) {
  HistoryBuilder builder;
  std::deque<Event> open;
  std::int64_t index = 0;
  const auto end_first = [&] {
    open.front().index = index;
    open.front().time = std::chrono::microseconds(index);
    builder.add(open.front(), ++index);
    open.pop_front();
  };
  for (std::size_t i = 0; i < operations; ++i) {
    if (open.size() == clients) end_first();
    const Asked asked = object(i, operations);
    builder.add(event_of(asked, i, EventType::invoke, index), index + 1);
    ++index;
    open.push_back(event_of(asked, i, EventType::ok, 0));
  }
  while (!open.empty()) end_first();
  return builder.finish();
}

Play set(bool with_anomaly) {
  return [with_anomaly, held = Value::List()](std::size_t i, std::size_t n) mutable {
    const std::size_t gap = n / 20;
    if (i % gap != gap - 1) {
      const Value element(i);
      if (!with_anomaly || i != n / 2) held.push_back(element);
      return Asked{"add", element, element};
    }
    return Asked{"read", Value(), Value(held)};
  };
}

// Drained at the end: the second half of its operations are mostly dequeues.
Play queue(bool with_anomaly) {
  return [with_anomaly, held = std::deque<Value>()](std::size_t i, std::size_t n) mutable {
    const bool puts = i < n * 9 / 10 ? i % 2 == 0 || i < n / 20 : false;
    if (puts) {
      held.push_back(Value(i));
      return Asked{"enqueue", Value(i), Value(i)};
    }
    if (held.empty()) return Asked{"dequeue", Value(), Value()};
    const Value value = held.front();
    held.pop_front();
    const bool is_lost = with_anomaly && i == n / 2 + 1;
    if (is_lost && !held.empty()) held.pop_front();
    return Asked{"dequeue", Value(), value};
  };
}

Play counter(bool with_anomaly) {
  return [with_anomaly, sum = std::int64_t{0}](std::size_t i, std::size_t n) mutable {
    if (i % 3 == 2)
      return Asked{"read", Value(), Value(with_anomaly && i > n / 2 ? sum - 500 : sum)};
    const auto amount = static_cast<std::int64_t>(i % 7) - 2;
    sum += amount;
    return Asked{"add", Value(amount), Value(amount)};
  };
}

Play ids(bool with_anomaly) {
  return [with_anomaly](std::size_t i, std::size_t n) {
    return Asked{"generate", Value(), Value(with_anomaly && i == n / 2 ? i / 2 : i)};
  };
}

Play growing(bool with_anomaly) {
  return [with_anomaly](std::size_t i, std::size_t n) {
    return Asked{"read", Value(), Value(with_anomaly && i == n / 2 ? i / 2 : i)};
  };
}

Value access(const char* word, std::size_t key, Value value) {
  return Value::list({Value(word), Value(key), std::move(value)});
}

// Groups of two keys: both are written, and read before, between and after.
Play groups(bool with_anomaly) {
  return [with_anomaly](std::size_t i, std::size_t n) {
    const std::size_t first = i / 6 * 2, step = i % 6;
    const bool writes = step == 1 || step == 3;
    if (writes) {
      const Value write = Value::list({access("w", first + step / 2, 1)});
      return Asked{"write", write, write};
    }
    bool has_first = step > 1, has_second = step > 3;
    const bool is_wrong = with_anomaly && i / 6 == n / 12 && step == 4;
    if (is_wrong) has_first = false;
    return Asked{"read", Value::list({access("r", first, {}), access("r", first + 1, {})}),
                 Value::list({access("r", first, has_first ? Value(1) : Value()),
                              access("r", first + 1, has_second ? Value(1) : Value())})};
  };
}

struct Subject {
  const char* checker;
  Promise promise;
  Play (*object)(bool with_anomaly);
};

constexpr std::array subjects = {
    Subject{"set-full", Promise::linearizable, set},
    Subject{"total-queue", Promise::customary, queue},
    Subject{"counter", Promise::linearizable, counter},
    Subject{"unique-ids", Promise::customary, ids},
    Subject{"monotonic", Promise::linearizable, growing},
    Subject{"long-fork", Promise::customary, groups},
};

// The fastest of a few runs: the others tell of the machine.
double time_of(const Checker& checker, const History& history, Verdict& verdict) {
  double best = 0;
  for (int run = 0; run < 5; ++run) {
    const std::clock_t begin = std::clock();
    verdict = checker.check(history, {});
    const double took = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    if (run == 0 || took < best) best = took;
  }
  return best;
}

void measure(const Subject& subject, bool with_anomaly) {
  fmt::print("\n{}{}\n{:>9} {:>8} {:>10} {:>8}\n", subject.checker,
             with_anomaly ? ", with an anomaly" : "", "ops", "verdict", "ms", "ns/op");
  const auto checker = make_invariant_checker(subject.checker, subject.promise);
  std::vector<GrowthPoint> points;
  for (std::size_t operations : {10'000U, 100'000U, 1'000'000U}) {
    const History history = play(subject.object(with_anomaly), operations);
    Verdict verdict;
    const double milliseconds = time_of(*checker, history, verdict);
    fmt::print("{:>9} {:>8} {:>10.2f} {:>8.0f}\n", operations, to_string(verdict.validity),
               milliseconds, milliseconds * 1e6 / static_cast<double>(operations));
    points.push_back({static_cast<double>(operations), milliseconds});
  }
  fmt::print("grows with the power {:.2f} of the length\n", exponent_of(points));
}

}  // namespace
}  // namespace faultrig

int main() {
  for (const faultrig::Subject& subject : faultrig::subjects) {
    for (bool with_anomaly : {false, true}) faultrig::measure(subject, with_anomaly);
  }
  return 0;
}
