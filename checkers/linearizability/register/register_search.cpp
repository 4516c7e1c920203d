#include "checkers/linearizability/register/register_search.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "checkers/linearizability/register/frontier.hpp"
#include "checkers/linearizability/register/unknown_writes.hpp"
#include "checkers/linearizability/register/witness.hpp"

namespace faultrig {
namespace {

constexpr std::int64_t never_before = std::numeric_limits<std::int64_t>::min();

struct Round {
  Fidelity fidelity;
  std::size_t beam;
  std::string_view name;
};

constexpr Round rounds[] = {
    {Fidelity::beam, 16, "frontier search, beam of 16"},
    {Fidelity::relaxed, 0, "relaxed frontier search"},
    {Fidelity::beam, 128, "frontier search, beam of 128"},
    {Fidelity::beam, 1024, "frontier search, beam of 1024"},
    {Fidelity::exact, 0, "exact frontier search"},
};

// A history as the frontier is told of it.
struct Script {
  struct Event {
    std::int64_t at;
    std::uint32_t number;
    bool is_completion;
  };
  std::span<const RegisterOperation> operations;
  ModelState initial;
  std::vector<Event> events;
  Foresight foresight;
  std::size_t most_in_flight = 0;
};

std::vector<Script::Event> events_of(std::span<const RegisterOperation> operations) {
  const std::vector<bool> matters = which_matter(operations);
  std::vector<Script::Event> events;
  events.reserve(2 * operations.size());
  for (std::uint32_t i = 0; i < operations.size(); ++i) {
    if (!matters[i]) continue;
    events.push_back({operations[i].invoked_at, i, false});
    if (operations[i].is_certain()) events.push_back({operations[i].completed_at, i, true});
  }
  std::sort(events.begin(), events.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
  return events;
}

Foresight foresight_of(const Script& script) {
  ModelState states = script.initial + 1;
  for (const RegisterOperation& operation : script.operations) {
    states = std::max(states, std::max(operation.expected, operation.desired) + 1);
  }
  Foresight foresight;
  foresight.last_look.assign(states, never_before);
  foresight.last_maker.assign(script.operations.size(), never_before);
  std::vector<std::int64_t> made_at(states, never_before);
  for (const Script::Event& event : script.events) {
    const RegisterOperation& operation = script.operations[event.number];
    if (event.is_completion) {
      if (operation.is_look()) foresight.last_maker[event.number] = made_at[operation.expected];
      continue;
    }
    if (operation.is_mutation()) made_at[operation.desired] = event.at;
    if (operation.kind == RegisterOperation::Kind::mismatch) foresight.has_mismatches = true;
    if (operation.is_look() || operation.is_cas()) {
      foresight.last_look[operation.expected] = event.at;
    }
  }
  return foresight;
}

Script script_of(std::span<const RegisterOperation> operations, ModelState initial) {
  Script script{operations, initial, events_of(operations), {}, 0};
  script.foresight = foresight_of(script);
  std::size_t in_flight = 0;
  for (const Script::Event& event : script.events) {
    if (!operations[event.number].is_certain()) continue;
    in_flight = event.is_completion ? in_flight - 1 : in_flight + 1;
    script.most_in_flight = std::max(script.most_in_flight, in_flight);
  }
  return script;
}

struct Attempt {
  bool came_through = false;
  bool is_proof = false;  // that there is an order, or that there is none
  SearchResult result;
};

template <std::size_t Words>
class Player {
 public:
  Player(const Script& script, const Round& round, SearchLimits limits)
      : script_(script),
        round_(round),
        frontier_(script.initial, round.fidelity, round.beam, &script.foresight),
        slot_of_(script.operations.size()) {
    frontier_.set_limits(limits.steps, limits.bytes);
    limits_ = limits;
  }

  Attempt play() {
    Attempt attempt;
    attempt.came_through = true;
    std::int64_t until = Operation::never;
    for (const Script::Event& event : script_.events) {
      if (feed(event)) continue;
      attempt.came_through = false;
      until = event.at;
      break;
    }
    const bool can_prove = attempt.came_through ? round_.fidelity != Fidelity::relaxed
                                                : !frontier_.was_cut() && !frontier_.is_spent();
    attempt.is_proof = can_prove;
    attempt.result = result_of(attempt, until);
    return attempt;
  }

 private:
  bool feed(const Script::Event& event) {
    const RegisterOperation& operation = script_.operations[event.number];
    if (event.is_completion) {
      if (!frontier_.complete(slot_of_[event.number])) return false;
      configurations_ += frontier_.configurations().size();
      return true;
    }
    slot_of_[event.number] = frontier_.invoke(event.number, operation);
    return true;
  }

  SearchResult result_of(const Attempt& attempt, std::int64_t until) const {
    SearchResult result;
    result.steps = frontier_.steps();
    result.configurations = configurations_;
    result.bytes = frontier_.bytes() + script_.events.capacity() * sizeof(Script::Event) +
                   script_.foresight.last_maker.capacity() * sizeof(std::int64_t);
    if (attempt.came_through) {
      result.end = SearchEnd::linearizable;
    } else if (!frontier_.is_spent()) {
      result.end = SearchEnd::impossible;
    } else {
      result.end =
          frontier_.bytes() > limits_.bytes ? SearchEnd::memory_spent : SearchEnd::steps_spent;
    }
    if (!attempt.came_through) result.stuck_at = until;
    if (round_.fidelity != Fidelity::relaxed) {
      result.order = order_around(frontier_.trail().placements(frontier_.best_trail()),
                                  script_.operations, script_.initial, until);
    }
    return result;
  }

  const Script& script_;
  const Round& round_;
  SearchLimits limits_{};
  Frontier<Words> frontier_;
  std::vector<std::uint32_t> slot_of_;
  std::size_t configurations_ = 0;
};

// Rounds until one is a proof. What earlier rounds found out on the way is not lost: the longest
// order, and the steps they took.
template <std::size_t Words>
RegisterVerdict decide(const Script& script, SearchLimits limits) {
  RegisterVerdict verdict;
  std::vector<std::uint32_t> longest;
  std::uint64_t steps = 0;
  std::size_t bytes = 0;
  std::size_t configurations = 0;
  for (const Round& round : rounds) {
    const std::uint64_t left = limits.steps - std::min(limits.steps, steps);
    Attempt attempt = Player<Words>(script, round, {left, limits.bytes}).play();
    steps += attempt.result.steps;
    bytes = std::max(bytes, attempt.result.bytes);
    configurations += attempt.result.configurations;
    if (attempt.result.order.size() > longest.size()) longest = std::move(attempt.result.order);
    verdict = {std::move(attempt.result), round.name};
    const bool is_spent = verdict.result.end == SearchEnd::steps_spent;
    if (attempt.is_proof || is_spent) break;
  }
  verdict.result.order = std::move(longest);
  verdict.result.steps = steps;
  verdict.result.bytes = bytes;
  verdict.result.configurations = configurations;
  return verdict;
}

}  // namespace

std::optional<RegisterVerdict> search_register(std::span<const RegisterOperation> operations,
                                               ModelState initial, SearchLimits limits) {
  const Script script = script_of(operations, initial);
  if (script.most_in_flight <= 64) return decide<1>(script, limits);
  if (script.most_in_flight <= 128) return decide<2>(script, limits);
  if (script.most_in_flight <= 256) return decide<4>(script, limits);
  if (script.most_in_flight <= 1024) return decide<16>(script, limits);
  return std::nullopt;
}

}  // namespace faultrig
