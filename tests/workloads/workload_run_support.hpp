// The workloads about registers against a store in memory.
#pragma once

#include "tests/workloads/store_support.hpp"

namespace faultrig {

// As run_against. `stale`: every 40th read answers what the key held one write ago.
Ran run(const RunPlan& plan, Workload& workload, bool stale = false, Duration refuse_for = {});

}  // namespace faultrig
