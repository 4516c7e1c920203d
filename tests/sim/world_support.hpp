// A small world for tests of the simulation: nodes that do what a test says, and clients that ask.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "harness/node/simulated_target.hpp"
#include "harness/sim/simulation.hpp"

namespace faultrig::sim {

// What one node does at every step; `self` is known from its Start on.
using Behaviour = std::function<void(const NodeName& self, const Clocks& clocks, const Input& input,
                                     Effects& effects)>;

// Answers every request at once with {"type":"ok","value":...} of what it was asked.
Behaviour echo();
// Takes everything and says nothing.
Behaviour silent();

SimulatedTarget target_of(Behaviour behaviour);
SimulationSettings settings_with(std::size_t nodes, std::size_t clients = 1,
                                 std::uint64_t seed = 1);
Message message(const std::string& from, const std::string& to, const std::string& type,
                std::int64_t value = 0);

// A simulation whose nodes all run, with a log of what came in.
class World {
 public:
  explicit World(Behaviour behaviour, SimulationSettings settings = settings_with(1));

  // Asks and waits; the answer's value as text, else "not-sent: ...", "timed-out: ...", "broken:
  // ...".
  std::string ask(std::int64_t value, WorkerId worker = 0, std::size_t node = 0);
  void send(std::int64_t value, WorkerId worker = 0, std::size_t node = 0);
  // Waits until a request ends; "nothing" when none does within the time.
  std::string outcome(Duration within = std::chrono::seconds(10));
  void pass(Duration time);
  // Everything the node was given, in words: "start", "message write 7", "timer 3", "persisted 1".
  const std::vector<std::string>& inputs(const NodeName& node) { return inputs_[node]; }
  std::size_t count(const NodeName& node, const std::string& input);
  Endpoint client(std::size_t machine = 0) const { return simulation->size() + machine; }

  std::map<NodeName, std::vector<std::string>> inputs_;
  SimulatedTarget target;
  std::unique_ptr<Simulation> simulation;
};

LinkRule cut();

}  // namespace faultrig::sim
