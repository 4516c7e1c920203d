#include "tests/harness/generator_support.hpp"

#include <fmt/format.h>

#include <map>
#include <stdexcept>

#include "harness/contract_checks.hpp"
#include "harness/generators/basics.hpp"
#include "harness/interpreter.hpp"

namespace faultrig {
namespace {

struct Ending {
  Invocation invocation;
  Completion completion;
};

EventType type_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return EventType::ok;
    case Outcome::fail:
      return EventType::fail;
    case Outcome::info:
      return EventType::info;
  }
  throw std::logic_error("no outcome");
}

GeneratorEvent event_of(const Invocation& invocation, EventType type, Time now) {
  return {invocation.worker, Event{-1, now, invocation.process, type, invocation.f, invocation.key,
                                   invocation.value, std::nullopt, invocation.node}};
}

std::string text_of(const Event& event) {
  std::string text = event.key ? event.key->to_string() + ":" : "";
  text += event.f;
  if (!event.value.is_nil()) text += " " + event.value.to_string();
  return text;
}

template <typename Make>
auto of_invocations(const std::vector<GeneratorEvent>& events, Make make) {
  std::vector<decltype(make(events.front()))> result;
  for (const GeneratorEvent& event : events) {
    if (event.event.type == EventType::invoke) result.push_back(make(event));
  }
  return result;
}

}  // namespace

SimulatedEnding quick(const Invocation&, int) { return {}; }
SimulatedEnding perfect(const Invocation&, int) { return {Duration(10), Outcome::ok}; }
SimulatedEnding perfect_info(const Invocation&, int) { return {Duration(10), Outcome::info}; }
SimulatedEnding imperfect(const Invocation&, int ordinal) {
  constexpr Outcome in_turn[] = {Outcome::fail, Outcome::info, Outcome::ok};
  return {Duration(10), in_turn[ordinal % 3]};
}

std::vector<GeneratorEvent> simulate(GeneratorPtr generator, const Behaviour& behaviour,
                                     const Simulation& options) {
  std::vector<GeneratorEvent> events;
  Interpreter interpreter(checked(std::move(generator)),
                          {options.workers, {"n1", "n2", "n3"}, options.has_nemesis},
                          Random(options.seed), [](const Event&) {});
  std::multimap<Time, Ending> in_flight;
  std::map<WorkerId, int> ordinals;
  Time now{};
  for (std::size_t operations = 0; operations < options.most_operations;) {
    while (!in_flight.empty() && in_flight.begin()->first <= now) {
      const Ending ending = in_flight.begin()->second;
      in_flight.erase(in_flight.begin());
      events.push_back(event_of(ending.invocation, type_of(ending.completion.outcome), now));
      interpreter.complete(ending.invocation.worker, ending.completion, now);
    }
    const Command command = interpreter.next(now);
    if (const auto* invoke = std::get_if<InvokeCommand>(&command)) {
      const Invocation& invocation = invoke->invocation;
      const SimulatedEnding ending = behaviour(invocation, ordinals[invocation.worker]++);
      Completion completion{ending.outcome, invocation.value, std::nullopt};
      events.push_back(event_of(invocation, EventType::invoke, now));
      in_flight.emplace(now + ending.takes, Ending{invocation, std::move(completion)});
      ++operations;
    } else if (const auto* wait = std::get_if<WaitCommand>(&command)) {
      if (!wait->until && in_flight.empty()) throw std::logic_error("waits for nothing");
      now = in_flight.empty() ? *wait->until : in_flight.begin()->first;
      if (wait->until) now = std::min(now, *wait->until);
    } else {
      break;
    }
  }
  return events;
}

std::vector<std::string> what(const std::vector<GeneratorEvent>& events) {
  return of_invocations(events, [](const GeneratorEvent& event) { return text_of(event.event); });
}

std::vector<std::string> when(const std::vector<GeneratorEvent>& events) {
  return of_invocations(events, [](const GeneratorEvent& event) {
    return fmt::format("{} {}", event.event.time.count(), text_of(event.event));
  });
}

std::vector<std::string> who(const std::vector<GeneratorEvent>& events) {
  return of_invocations(events, [](const GeneratorEvent& event) {
    return fmt::format("{} {}", event.worker, text_of(event.event));
  });
}

std::vector<ProcessId> processes(const std::vector<GeneratorEvent>& events) {
  return of_invocations(events, [](const GeneratorEvent& event) { return event.event.process; });
}

GeneratorPtr counting(std::string f, std::int64_t first) {
  return from_state(first, [f](std::int64_t value, const GeneratorContext&) {
    return std::optional(std::pair(OperationSpec{f, Value(value)}, value + 1));
  });
}

}  // namespace faultrig
