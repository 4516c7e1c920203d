// The adversary of one run: a schedule of fault operations (a generator) and the injector that
// performs them on a cluster, records what they did, and heals.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/fault_injector.hpp"
#include "harness/generator.hpp"
#include "harness/plan.hpp"
#include "harness/roles.hpp"

namespace faultrig {

enum class FaultUse {
  ordinary,
  unpromised,  // few systems promise to survive it: a swarm leaves it out unless it is allowed
  scripted,    // has to be told what chance cannot draw: only in a script
  swarm,       // the word `swarm`: no kind, but a choice among them
};

struct FaultDescription {
  std::string name;     // "partition-leader"
  std::string family;   // "partition"
  std::string summary;  // one sentence
  std::vector<Capability> needs;
  FaultUse use = FaultUse::ordinary;
};

// Every fault there is, families together, and the swarm.
const std::vector<FaultDescription>& fault_catalog();

// Every word that may stand in a plan's `faults`: `swarm`, families and kinds.
std::vector<std::string> fault_words();

struct Nemesis {
  GeneratorPtr schedule;  // nemesis operations only; nullptr when the plan has no faults
  std::unique_ptr<FaultInjector> injector;
};

// `cluster` and `roles` must outlive the nemesis. Throws UsageError for an unknown fault or option,
// and for a fault that the cluster cannot do (naming fault, backend and what would make it
// possible), or that can do nothing with so few nodes. `on_record` is called with a record when its
// fault starts and again when it ends; it may throw EnvironmentError.
Nemesis make_nemesis(const RunPlan& plan, Cluster& cluster, const Roles& roles,
                     std::function<void(const FaultRecord&)> on_record);

}  // namespace faultrig
