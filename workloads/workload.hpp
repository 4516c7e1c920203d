// What clients do and who judges it: a codec, the operations of the main phase and of the final
// reads, and the checkers. A fresh one is made for every run (workloads/catalog).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "checkers/checker.hpp"
#include "checkers/online_checker.hpp"
#include "harness/client.hpp"
#include "harness/generator.hpp"
#include "harness/plan.hpp"

namespace faultrig {

struct Workload {
  std::string name;
  std::string summary;
  std::string model;  // of the linearizability checker, for `faultrig check`; may be empty
  // A search for an order of all operations would seldom end, or there is none to look for: by
  // default the workload is held to its target's promise by its own checkers alone.
  bool is_hard_to_order = false;
  bool has_promise_option = false;  // `promise` of [workload], as in workloads/parts.hpp
  std::unique_ptr<ClientCodec> codec;
  GeneratorPtr main;   // clients only
  GeneratorPtr final;  // clients only, after healing; ends by itself
  // Clients only, while some nodes are still cut off: shows that somebody is served. nullptr: as
  // `final`. A workload whose final reads wait, or say that they are final, needs one of its own.
  GeneratorPtr probe;
  std::vector<std::unique_ptr<Checker>> checkers;
  // For runs that end at the first certain violation; nullptr where no such checker exists.
  std::unique_ptr<OnlineChecker> online;
};

struct WorkloadDescription {
  std::string name;
  std::string summary;
  // Of a run on machines that names none: families that bring to light what the workload is after.
  std::vector<std::string> faults;
  std::string needs;  // what a target must promise for the verdict to mean anything, in a sentence
  // The same in words that manifests use: those of checkers/promises.hpp and of unpromised() below.
  // Each must be promised, or something that contains it.
  std::vector<std::string> promises;
};

const std::vector<WorkloadDescription>& workload_catalog();
// nullptr for a name that there is not.
const WorkloadDescription* find_workload(const std::string& name);
// Whether whoever promises `stronger` promises `weaker`: what promise_implies says, and
//   strict-serializable => linearizable, serializable   serializable => snapshot-isolation
//   linearizable => convergent, deleted-stays-deleted, unique-ids
// as far as the workloads look.
bool manifest_promise_implies(const std::string& stronger, const std::string& weaker);
// What is needed and not promised; nothing where there are no promises at all, since such a
// manifest is silent about it.
std::vector<std::string> unpromised(const std::vector<std::string>& needed,
                                    const std::vector<std::string>& promises);
// Throws UsageError for an unknown name or option, with the nearest known one.
Workload make_workload(const RunPlan& plan);

}  // namespace faultrig
