// A whole workload in virtual time against a store in memory: what a run will do, without a run.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "checkers/history/history.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

// What a store answers to a request; no answer at all when it returns nil.
using Answer = std::function<Value(const Value& request)>;

struct Ran {
  std::vector<Event> events;
  std::size_t main_events = 0;
  Time ended{};
  History history() const { return history_from(events); }
};

// Two seconds of the main phase, then the final one. Every request takes 1 ms; in the first
// `refuse_for` of the final phase everything is refused.
Ran run_against(const Answer& answer, const RunPlan& plan, Workload& workload,
                Duration refuse_for = {});

// "valid", or the validity and the first reason of the worst verdict.
std::string worst_of(const Workload& workload, const History& history);

}  // namespace faultrig
