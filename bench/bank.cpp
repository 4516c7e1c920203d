// The bank checker against the length of the history: a third of the operations are reads of 8
// accounts, the rest transfers; clean, and with every tenth operation's read wrong. Processor time
// (the checker has one thread, and others may use the machine), and the power of the length with
// which it grows.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <vector>

#include "bench/growth.hpp"
#include "checkers/invariants/bank.hpp"
#include "harness/random.hpp"

namespace faultrig {
namespace {

constexpr std::int64_t accounts = 8;
constexpr std::int64_t total = 100;

// Ten clients, one after the other in turn.
History history_of_length(std::int64_t length, bool with_anomalies) {
  Random random(11);
  std::vector<std::int64_t> balances(accounts, 0);
  balances.front() = total;
  HistoryBuilder builder;
  for (std::int64_t i = 0; i < length; ++i) {
    Event event;
    event.process = i % 10;
    event.f = random.below(3) == 0 ? "read" : "transfer";
    Value result;
    if (event.f == "read") {
      Value::Map seen;
      for (std::int64_t a = 0; a < accounts; ++a) {
        seen.emplace_back(std::to_string(a), balances[static_cast<std::size_t>(a)]);
      }
      if (with_anomalies && i % 10 == 0) seen.front().second = Value(total + 1);
      result = Value(std::move(seen));
    } else {
      const std::size_t from = random.below(accounts), to = random.below(accounts);
      const std::int64_t amount = std::min<std::int64_t>(balances[from], random.between(1, 5));
      balances[from] -= amount;
      balances[to] += amount;
      event.value = result = Value::map({{"amount", amount}, {"from", from}, {"to", to}});
    }
    event.index = 2 * i;
    event.time = Time(event.index);
    builder.add(event, event.index + 1);
    event.type = EventType::ok;
    event.value = result;
    ++event.index;
    event.time = Time(event.index);
    builder.add(event, event.index + 1);
  }
  return builder.finish();
}

void measure(bool with_anomalies) {
  BankRules rules;
  rules.total = total;
  for (std::int64_t a = 0; a < accounts; ++a) rules.accounts.push_back(std::to_string(a));
  const BankChecker checker(rules);
  fmt::print("\nbank{}\n{:>9} {:>8} {:>10} {:>8}\n", with_anomalies ? ", anomalies planted" : "",
             "ops", "verdict", "ms", "ns/op");
  std::vector<GrowthPoint> points;
  for (const std::int64_t length : {10'000, 100'000, 1'000'000}) {
    const History history = history_of_length(length, with_anomalies);
    double best = 0;
    Verdict verdict;
    for (int run = 0; run < 5; ++run) {  // the fastest: the others tell of the machine
      const std::clock_t begin = std::clock();
      verdict = checker.check(history, {});
      const double took = 1e3 * static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
      if (run == 0 || took < best) best = took;
    }
    fmt::print("{:>9} {:>8} {:>10.2f} {:>8.0f}\n", length, to_string(verdict.validity), best,
               best * 1e6 / static_cast<double>(length));
    points.push_back({static_cast<double>(length), best});
  }
  fmt::print("grows with the power {:.2f} of the length\n", exponent_of(points));
}

}  // namespace
}  // namespace faultrig

int main() {
  for (const bool with_anomalies : {false, true}) faultrig::measure(with_anomalies);
  return 0;
}
