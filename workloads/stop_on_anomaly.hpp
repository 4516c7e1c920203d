// Ends a run's main phase at the first certain violation: the workload's online checker is told of
// every event as it happens, and asked whether it has seen enough.
#pragma once

#include "harness/run.hpp"
#include "workloads/workload.hpp"

namespace faultrig {

// Joins what `parts` and `callbacks` do already. Both may be called until the run has ended, and
// the workload must live as long. Requires workload.online.
void stop_on_anomaly(Workload& workload, RunParts& parts, RunCallbacks& callbacks);

}  // namespace faultrig
