#include "tests/sim/world_support.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::sim {
namespace {

class FakeNode final : public Node {
 public:
  explicit FakeNode(Behaviour behaviour) : behaviour_(std::move(behaviour)) {}
  void step(const Clocks& clocks, const Input& input, Effects& effects) override {
    if (const auto* start = std::get_if<Start>(&input)) self_ = start->self;
    behaviour_(self_, clocks, input, effects);
  }
  std::string describe() const override { return self_; }
  std::unique_ptr<Node> clone() const override { return std::make_unique<FakeNode>(*this); }

 private:
  Behaviour behaviour_;
  NodeName self_;
};

std::string words(const Input& input) {
  if (const auto* received = std::get_if<MessageReceived>(&input)) {
    return fmt::format("message {} {}", received->message.type(),
                       received->message.body.integer_or("value", 0));
  }
  if (const auto* fired = std::get_if<TimerFired>(&input))
    return fmt::format("timer {}", fired->timer);
  if (const auto* done = std::get_if<Persisted>(&input))
    return fmt::format("persisted {}", done->id);
  return "start";
}

std::string words(const ClientResult& result) {
  if (const auto* body = std::get_if<Value>(&result.outcome)) {
    return fmt::format("{}", body->integer_or("value", -1));
  }
  const auto& failure = std::get<ClientResult::Failure>(result.outcome);
  switch (failure.failure) {
    case TransportFailure::not_sent:
      return "not-sent: " + failure.detail;
    case TransportFailure::timed_out:
      return "timed-out: " + failure.detail;
    case TransportFailure::broken:
      return "broken: " + failure.detail;
  }
  return "?";
}

}  // namespace

Behaviour echo() {
  return [](const NodeName&, const Clocks&, const Input& input, Effects& effects) {
    const auto* received = std::get_if<MessageReceived>(&input);
    if (received == nullptr || received->message.type() != "ask") return;
    effects.send(
        reply_to(received->message,
                 {{"type", "ok"}, {"value", received->message.body.integer_or("value", 0)}}));
  };
}

Behaviour silent() {
  return [](const NodeName&, const Clocks&, const Input&, Effects&) {};
}

SimulatedTarget target_of(Behaviour behaviour) {
  SimulatedTarget target;
  target.name = "fake";
  target.make_node = [behaviour](const NodeSettings&) -> std::unique_ptr<Node> {
    return std::make_unique<FakeNode>(behaviour);
  };
  return target;
}

SimulationSettings settings_with(std::size_t nodes, std::size_t clients, std::uint64_t seed) {
  SimulationSettings settings;
  settings.seed = seed;
  settings.nodes.resize(nodes);
  settings.clients = clients;
  return settings;
}

Message message(const std::string& from, const std::string& to, const std::string& type,
                std::int64_t value) {
  return {from, to, Value::map({{"type", type}, {"value", value}})};
}

World::World(Behaviour behaviour, SimulationSettings settings)
    : target(target_of(
          [this, behaviour = std::move(behaviour)](const NodeName& self, const Clocks& clocks,
                                                   const Input& input, Effects& effects) {
            inputs_[self].push_back(words(input));
            behaviour(self, clocks, input, effects);
          })),
      simulation(std::make_unique<Simulation>(target, std::move(settings))) {
  for (std::size_t node = 0; node < simulation->size(); ++node) simulation->start(node);
}

std::string World::ask(std::int64_t value, WorkerId worker, std::size_t node) {
  send(value, worker, node);
  return outcome();
}

void World::send(std::int64_t value, WorkerId worker, std::size_t node) {
  simulation->request(worker, fmt::format("c{}", worker), node,
                      Value::map({{"type", "ask"}, {"value", value}}));
}

std::string World::outcome(Duration within) {
  const Time limit = simulation->now() + within;
  while (!simulation->has_results() && simulation->now() < limit) simulation->advance(limit);
  const std::vector<ClientResult> results = simulation->take_results();
  if (results.empty()) return "nothing";
  return words(results.front());
}

void World::pass(Duration time) {
  const Time limit = simulation->now() + time;
  while (simulation->now() < limit && !simulation->has_results()) simulation->advance(limit);
}

std::size_t World::count(const NodeName& node, const std::string& input) {
  const auto& all = inputs_[node];
  return static_cast<std::size_t>(std::count(all.begin(), all.end(), input));
}

LinkRule cut() {
  LinkRule rule;
  rule.block = LinkRule::Block::drop;
  return rule;
}

}  // namespace faultrig::sim
