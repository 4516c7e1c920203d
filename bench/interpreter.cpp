// How many operations a second the interpreter schedules against an in-memory client that answers
// at once: 100 workers, the register workload's shape (rotating keys, a weighted mix, one fault
// stream beside it). The floor is 50,000 operations/s.
#include <benchmark/benchmark.h>

#include <deque>

#include "harness/contract_checks.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/choice.hpp"
#include "harness/generators/keys.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/workers.hpp"
#include "harness/interpreter.hpp"

namespace {

using namespace faultrig;

GeneratorPtr register_load() {
  return rotating_keys({.live = 5, .operations = 200}, integer_keys(), [](const Value&) {
    return mix({{repeat(operation("read")), 2},
                {repeat(operation("write", 3)), 1},
                {repeat(operation("cas", Value::list({1, 2}))), 1}});
  });
}

// Every worker is busy most of the time: a completion makes room for the next invocation.
void run_operations(benchmark::State& state, const GeneratorPtr& generator) {
  const int workers = static_cast<int>(state.range(0));
  std::int64_t operations = 0;
  std::int64_t events = 0;
  for (auto _ : state) {
    Interpreter interpreter(checked(generator), {workers, {"n1", "n2", "n3", "n4", "n5"}, true},
                            Random(7), [&events](const Event&) { ++events; });
    std::deque<WorkerId> in_flight;
    Time now{};
    for (int i = 0; i < 20'000;) {
      const Command command = interpreter.next(now);
      if (const auto* invoke = std::get_if<InvokeCommand>(&command)) {
        in_flight.push_back(invoke->invocation.worker);
        ++i;
        continue;
      }
      interpreter.complete(in_flight.front(), {Outcome::ok, Value(3), std::nullopt}, now);
      in_flight.pop_front();
      now += std::chrono::microseconds(1);
    }
    operations += 20'000;
  }
  benchmark::DoNotOptimize(events);
  state.counters["operations/s"] =
      benchmark::Counter(static_cast<double>(operations), benchmark::Counter::kIsRate);
}

void register_workload(benchmark::State& state) {
  run_operations(state,
                 clients_and_nemesis(register_load(), sequence({sleep(std::chrono::hours(1)),
                                                                operation("start-partition")})));
}
BENCHMARK(register_workload)->Arg(10)->Arg(100)->Unit(benchmark::kMillisecond);

void one_operation_repeated(benchmark::State& state) {
  run_operations(state, clients(repeat(operation("read"))));
}
BENCHMARK(one_operation_repeated)->Arg(100)->Unit(benchmark::kMillisecond);

void a_copy_for_each_worker(benchmark::State& state) {
  run_operations(state, clients(each_thread(repeat(operation("read")))));
}
BENCHMARK(a_copy_for_each_worker)->Arg(100)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
