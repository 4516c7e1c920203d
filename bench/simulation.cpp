// How many simulated runs a second of each bundled target: 5 nodes, 10 clients, partitions and
// kills, 10 virtual seconds at 200 operations a second; each with invariants checked after every
// step and its history judged. On both cores and on one; and how many events a second that is.
//   bench_simulation [RUNS] [TARGET]
#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "campaign/promises.hpp"
#include "campaign/simulated_run.hpp"
#include "campaign/targets.hpp"
#include "checkers/parallel.hpp"
#include "cli/bundled.hpp"

namespace {

using namespace faultrig;
using Clock = std::chrono::steady_clock;

RunPlan plan_of(const TargetManifest& manifest, std::uint64_t seed) {
  RunPlan plan;
  plan.name = "bench";
  plan.target = manifest.name;
  plan.workload = manifest.workloads.front();
  plan.backend = "sim";
  plan.duration = std::chrono::seconds(10);
  plan.rate = 200;
  plan.faults = {"partition", "kill"};
  plan.check_threads = 1;
  plan.seed = seed;
  promise_consistency(plan, manifest);
  return plan;
}

void measure(const TargetManifest& manifest, std::size_t runs, unsigned threads) {
  std::atomic<std::uint64_t> events{0};
  std::atomic<std::uint64_t> operations{0};
  std::atomic<std::uint64_t> invalid{0};
  const auto start = Clock::now();
  parallel_for(runs, threads, [&](std::size_t i) {
    const SimulatedRun run = simulate(plan_of(manifest, i + 1), manifest);
    events += run.record.simulation->events;
    operations += run.history.operations().size();
    if (run.judgement.validity == Validity::invalid) ++invalid;
  });
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  fmt::print(
      "{}, {} thread(s): {:.1f} runs/s, {:.2f} million events/s a thread, {:.0f} events and {:.0f} "
      "operations a run, {} invalid\n",
      manifest.name, threads, static_cast<double>(runs) / seconds,
      static_cast<double>(events) / seconds / 1e6 / threads,
      static_cast<double>(events) / static_cast<double>(runs),
      static_cast<double>(operations) / static_cast<double>(runs), invalid.load());
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t runs = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 400;
  for (const std::string& name : simulated_targets()) {
    if (argc > 2 && name != argv[2]) continue;
    const TargetManifest manifest = find_target(name);
    measure(manifest, runs / 2, 1);
    measure(manifest, runs, 2);
  }
}
