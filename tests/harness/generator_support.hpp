// An exact simulation of the scheduler for generators, without a clock: operations take the time
// and end as a fixed behaviour says. After Jepsen's generator test helpers.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "harness/generator.hpp"

namespace faultrig {

struct SimulatedEnding {
  Duration takes{};
  Outcome outcome = Outcome::ok;
};
// How the operation ends; `ordinal` counts the operations of its worker from 0.
using Behaviour = std::function<SimulatedEnding(const Invocation&, int ordinal)>;

SimulatedEnding quick(const Invocation&, int ordinal);         // at once, ok
SimulatedEnding perfect(const Invocation&, int ordinal);       // 10 ns, ok
SimulatedEnding perfect_info(const Invocation&, int ordinal);  // 10 ns, info
SimulatedEnding imperfect(const Invocation&, int ordinal);     // 10 ns; fail, info, ok in turn

struct Simulation {
  int workers = 2;
  bool has_nemesis = true;
  std::uint64_t seed = 45100;
  std::size_t most_operations = 10'000;  // then it is cut off, for generators without an end
};

// Everything that happened, nemesis operations included, in order.
std::vector<GeneratorEvent> simulate(GeneratorPtr generator, const Behaviour& behaviour,
                                     const Simulation& options = {});

// The invocations among `events`, one string each:
std::vector<std::string> what(const std::vector<GeneratorEvent>& events);  // "f value", "k:f value"
std::vector<std::string> when(const std::vector<GeneratorEvent>& events);  // "time f value"
std::vector<std::string> who(const std::vector<GeneratorEvent>& events);   // "worker f value"
std::vector<ProcessId> processes(const std::vector<GeneratorEvent>& events);

// A generator of f with the values first, first + 1 ..., without end.
GeneratorPtr counting(std::string f, std::int64_t first = 0);
using Texts = std::vector<std::string>;

}  // namespace faultrig
