// The adversary of one run: a schedule of fault operations (a generator) and the injector that
// performs them on a cluster, records what they did, and heals.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/fault_injector.hpp"
#include "harness/generator.hpp"
#include "harness/plan.hpp"
#include "harness/roles.hpp"
#include "harness/store.hpp"

namespace faultrig {

struct FaultDescription {
  std::string name;     // "partition-leader"
  std::string family;   // "partition"
  std::string summary;  // one sentence
  std::vector<Capability> needs;
};

// Every fault there is, families together.
const std::vector<FaultDescription>& fault_catalog();

// Every word that may stand in a plan's `faults`: families, kinds, and families that only some
// backends can do.
std::vector<std::string> fault_words();

struct Nemesis {
  GeneratorPtr schedule;  // nemesis operations only; nullptr when the plan has no faults
  std::unique_ptr<FaultInjector> injector;
};

// `cluster` and `roles` must outlive the nemesis. Throws UsageError for an unknown fault or option,
// and for a fault that the cluster cannot do (naming fault, backend and what would make it
// possible), or that can do nothing with so few nodes. `records` gets a line whenever a fault
// starts or ends.
Nemesis make_nemesis(const RunPlan& plan, Cluster& cluster, const Roles& roles, LineFile& records);

}  // namespace faultrig
