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
  std::string model;  // of the linearizability checker, for `faultrig check`
  std::unique_ptr<ClientCodec> codec;
  GeneratorPtr main;   // clients only
  GeneratorPtr final;  // clients only, after healing; ends by itself
  std::vector<std::unique_ptr<Checker>> checkers;
  // For runs that end at the first certain violation; nullptr where no such checker exists.
  std::unique_ptr<OnlineChecker> online;
};

struct WorkloadDescription {
  std::string name;
  std::string summary;
};

const std::vector<WorkloadDescription>& workload_catalog();
// Throws UsageError for an unknown name or option, with the nearest known one.
Workload make_workload(const RunPlan& plan);

}  // namespace faultrig
