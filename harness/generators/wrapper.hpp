// What combinators share: wrapping one inner generator, choosing the soonest offer of several, and
// narrowing a context to some of its workers. Internal to harness/generators.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "harness/generator.hpp"

namespace faultrig {

// A generator around one other: offers pass through, successors are wrapped again.
class Wrapper : public Generator {
 public:
  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override;

 protected:
  explicit Wrapper(GeneratorPtr inner) : inner_(std::move(inner)) {}
  // This generator around another inner one, all else equal.
  virtual GeneratorPtr with(GeneratorPtr inner) const = 0;
  const GeneratorPtr& inner() const { return inner_; }
  // What to answer when `inner()` answered `pending`.
  Pending wrapped(Pending pending) const;

 private:
  GeneratorPtr inner_;
};

// One of several generators that are asked together.
struct Part {
  GeneratorPtr generator;
  const GeneratorContext* context;
  std::uint64_t weight = 1;  // in ties
};

// What the parts answered. `after` holds every part as it goes on: nullptr when it was exhausted,
// with what it learnt when pending, advanced when its operation was chosen.
struct Selection {
  std::optional<OfferedOperation> operation;
  std::size_t chosen = 0;  // the part whose operation it is
  std::vector<GeneratorPtr> after;
  bool changed = false;  // some pending part learnt something, or was exhausted
  bool pending = false;  // some part waits
  std::optional<Time> wake;
};

// The soonest operation, ties decided by weight. A part that wakes before that operation's time
// might offer a sooner one, so then there is no operation yet and `pending` is set.
Selection soonest(const std::vector<Part>& parts, const GeneratorContext& context);

// The earlier of two instants, where none is the latest.
std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b);

// `context` with only the workers that `keep` accepts.
template <typename Keep>
GeneratorContext narrowed(const GeneratorContext& context, Keep keep) {
  GeneratorContext narrow;
  narrow.now = context.now;
  narrow.processes = context.processes;
  narrow.random = context.random;
  const auto kept = [&](const Workers& workers) {
    std::vector<WorkerId> some;
    some.reserve(workers.size());
    std::copy_if(workers.begin(), workers.end(), std::back_inserter(some), keep);
    return Workers(std::move(some));
  };
  narrow.free = kept(context.free);
  narrow.all = kept(context.all);
  return narrow;
}

// The process of a worker; nemesis_worker stands for its own.
ProcessId process_of(const GeneratorContext& context, WorkerId worker);

}  // namespace faultrig
