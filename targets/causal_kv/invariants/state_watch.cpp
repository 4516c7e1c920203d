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
  const bool met_equal_stamp = follow_shown(step);
  if (node.store().digest() != seen.store.digest()) {
    report_state(step, seen.shown > shown_before, met_equal_stamp);
  }
  if (seen.shown < shown_before) {
    findings_.report("monotone-clock", fmt::format("{} showed {} writes and shows {} now",
                                                   node.name(), shown_before, seen.shown));
  }
  if (node.exchanges() != seen.exchanges) check_exchange(step);
  seen.exchanges = node.exchanges();
}

bool StateWatch::follow_shown(const Step& step) {
  Seen& seen = step.seen;
  bool met_equal_stamp = false;
  for (std::size_t place = seen.shown; place < step.node.shown(); ++place) {
    const SharedWrite& write = seen.log[place];
    seen.shown_clock.raise(write->origin, write->sequence);
    const Write* now = write->kind == WriteKind::put ? seen.store.find(write->key) : nullptr;
    met_equal_stamp = met_equal_stamp || (now != nullptr && now->stamp == write->stamp);
    seen.store.apply(write);
  }
  seen.shown = step.node.shown();
  return met_equal_stamp;
}

void StateWatch::report_state(const Step& step, bool has_shown, bool met_equal_stamp) {
  findings_.report(
      "state-digest",
      fmt::format("{} shows {} writes, clock {}, and not the values that they give",
                  step.node.name(), step.seen.shown, step.seen.shown_clock.to_string()),
      {!has_shown        ? "no write was shown in that step"
       : met_equal_stamp ? "a write met one with an equal stamp"
                         : "no stamps were equal"});
}

void StateWatch::check_exchange(const Step& step) {
  const Exchange& exchange = step.node.last_exchange();
  if (step.seen.clock.covers(exchange.clock)) return;
  findings_.report("exchange",
                   fmt::format("{} has ended an exchange with {}, which had {}, and has {}",
                               step.node.name(), step.node.nodes()[exchange.peer],
                               exchange.clock.to_string(), step.seen.clock.to_string()));
}

}  // namespace faultrig::causal_kv
