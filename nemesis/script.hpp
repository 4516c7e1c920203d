// Scripts, both ways: from the [[nemesis.script]] steps of a plan to a schedule, and from what a
// run did to the steps that do it again.
//
// A record repeats exactly because the injector writes down what chance and roles decided when a
// fault strikes (FaultRecord::order), its instant after begin-faults included, and because random
// schedules strike in whole milliseconds, as steps do. (On real machines instants are rounded.)
#pragma once

#include "harness/cluster.hpp"
#include "harness/fault_injector.hpp"
#include "harness/generator.hpp"
#include "harness/plan.hpp"

namespace faultrig {

// Throws UsageError for an unknown fault or option and for what the cluster cannot do. `random` is
// for what a step leaves open.
GeneratorPtr read_script(const RunPlan& plan, const Cluster& cluster, const Random& random);

// The step that repeats the fault of the record. `end`: when the main phase ended; a fault that was
// still open then gets a for_ms up to there. Requires a record with an order.
Options script_step(const FaultRecord& record, Time end);

}  // namespace faultrig
