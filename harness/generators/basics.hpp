// Generators that make operations, and those that string them together: one, many, again, in order.
#pragma once

#include <functional>
#include <utility>
#include <vector>

#include "harness/generator.hpp"

namespace faultrig {

// What to do, before it is known by whom and when.
struct OperationSpec {
  std::string f;
  Value value = Value();
  std::optional<Value> key = std::nullopt;
};

// One operation, by any free worker, at once.
GeneratorPtr operation(std::string f, Value value = Value(),
                       std::optional<Value> key = std::nullopt);

// Asks `function` for every operation, for ever; it ends the generator by returning nothing. An
// offer may be thrown away, so a function that counts skips numbers: use from_state for those.
GeneratorPtr from_function(
    std::function<std::optional<OperationSpec>(const GeneratorContext&)> function);

// Makes an operation and the next state from a state: a value that is offered and thrown away is
// offered again. `step` is optional<pair<OperationSpec, State>>(const State&, const
// GeneratorContext&) and ends the generator by returning nothing.
template <typename State, typename Step>
GeneratorPtr from_state(State state, Step step);

// All of the first, then all of the second ... ; no waiting in between. Events go to the first that
// has not ended.
GeneratorPtr sequence(std::vector<GeneratorPtr> parts);
// The first operation only.
GeneratorPtr once(GeneratorPtr inner);
// At most `count` operations.
GeneratorPtr limit(std::int64_t count, GeneratorPtr inner);
// The first operation of `inner` again and again: its state does not move on.
GeneratorPtr repeat(GeneratorPtr inner);
GeneratorPtr repeat(std::int64_t count, GeneratorPtr inner);
// Starts `inner` afresh whenever it ends, for ever or `count` rounds in all.
GeneratorPtr cycle(GeneratorPtr inner);
GeneratorPtr cycle(std::int64_t count, GeneratorPtr inner);

// Offers `spec` by a free worker drawn at random, now; pending when none is free.
Offer offer_now(OperationSpec spec, const GeneratorContext& context, GeneratorPtr next);

// --- implementation of the template ---

template <typename State, typename Step>
class FromState final : public Generator {
 public:
  FromState(State state, Step step) : state_(std::move(state)), step_(std::move(step)) {}
  Offer offer(const GeneratorContext& context) const override {
    if (context.free.empty()) return Pending{};
    auto made = step_(state_, context);
    if (!made) return Exhausted{};
    return offer_now(std::move(made->first), context,
                     std::make_shared<FromState>(std::move(made->second), step_));
  }

 private:
  State state_;
  Step step_;
};

template <typename State, typename Step>
GeneratorPtr from_state(State state, Step step) {
  return std::make_shared<FromState<State, Step>>(std::move(state), std::move(step));
}

}  // namespace faultrig
