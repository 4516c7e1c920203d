// Who does what: generators confined to some workers, or copied for each of them.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "harness/generator.hpp"

namespace faultrig {

// Only the workers that `accepts` takes; only their events get through. Exhausted where there is no
// such worker at all.
GeneratorPtr on_threads(std::function<bool(WorkerId)> accepts, GeneratorPtr inner);
// Client workers only.
GeneratorPtr clients(GeneratorPtr inner);
// The nemesis only.
GeneratorPtr nemesis_only(GeneratorPtr inner);
// Both at once, each on its own workers; ends when both have ended.
GeneratorPtr clients_and_nemesis(GeneratorPtr for_clients, GeneratorPtr for_nemesis);

// An independent copy of `inner` on every worker.
GeneratorPtr each_thread(GeneratorPtr inner);
// An independent copy for every process: a worker that goes on as a new process starts afresh.
GeneratorPtr each_process(GeneratorPtr inner);

// The first `count` client workers run the first generator, the next the second ..., all others
// (the nemesis too, unless it is shut out around this) the default. Workers count by position, so
// that this works within a group of workers. An event goes to the part of its worker.
struct Reserved {
  int count;
  GeneratorPtr generator;
};
GeneratorPtr reserve(std::vector<Reserved> reserved, GeneratorPtr others);

}  // namespace faultrig
