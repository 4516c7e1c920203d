#include "targets/causal_kv/invariants/state_watch.hpp"

#include <fmt/format.h>

namespace faultrig::causal_kv {

void StateWatch::after_step(const Step& step) {
  const CausalNode& node = step.node;
  Seen& seen = step.seen;
  if (node.log().clock() != seen.clock) {
    const bool is_ahead = node.log().clock().covers(seen.clock);
    findings_.report("honest-clock",
                     fmt::format("the clock of {} says {}, and its log has {}", node.name(),
                                 node.log().clock().to_string(), seen.clock.to_string()),
                     {is_ahead ? "it counts what is not there" : "it leaves out what is there"});
  }
  const std::size_t shown_before = seen.shown;
  follow_shown(step);
  if (node.store().digest() != seen.store.digest()) report_state(step);
  if (seen.shown < shown_before) {
    findings_.report("monotone-clock", fmt::format("{} showed {} writes and shows {} now",
                                                   node.name(), shown_before, seen.shown));
  }
  seen.store_digest = node.store().digest();
  if (node.exchanges() != seen.exchanges) check_exchange(step);
  seen.exchanges = node.exchanges();
}

void StateWatch::follow_shown(const Step& step) {
  Seen& seen = step.seen;
  for (std::size_t place = seen.shown; place < step.node.shown(); ++place) {
    const SharedWrite& write = seen.log[place];
    seen.shown_clock.raise(write->origin, write->sequence);
    seen.store.apply(write);
  }
  seen.shown = step.node.shown();
}

void StateWatch::report_state(const Step& step) {
  findings_.report(
      "state-digest",
      fmt::format("{} shows {} writes, clock {}, and not the values that they give",
                  step.node.name(), step.seen.shown, step.seen.shown_clock.to_string()),
      {step.node.store().digest() == step.seen.store_digest ? "a write that won was left out"
                                                            : "a write that lost was put in"});
}

void StateWatch::check_exchange(const Step& step) {
  const Exchange& exchange = step.node.last_exchange();
  if (step.seen.clock.covers(exchange.clock)) return;
  findings_.report("exchange",
                   fmt::format("{} has ended an exchange with node {}, which had {}, and has {}",
                               step.node.name(), exchange.peer + 1, exchange.clock.to_string(),
                               step.seen.clock.to_string()));
}

}  // namespace faultrig::causal_kv
