// A whole workload in virtual time against a store in memory: what a run will do, without a run.
#pragma once

#include <cstddef>
#include <vector>

#include "checkers/history/history.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

struct Ran {
  std::vector<Event> events;
  std::size_t main_events = 0;
  Time ended{};
  History history() const { return history_from(events); }
};

// Every request takes 1 ms; for `refuse_for` from the beginning of the final phase everything is
// refused. `stale`: every 40th read answers what the key held one write ago.
Ran run(const RunPlan& plan, Workload& workload, bool stale = false, Duration refuse_for = {});

}  // namespace faultrig
