#include "cli/backend.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/errors.hpp"
#include "harness/live/backends.hpp"
#include "harness/sim/sim_cluster.hpp"

namespace faultrig {
namespace {

std::string cannot(const std::string& backend, Capability capability) {
  const live::Backend* live = live::find_backend(backend);
  return live == nullptr ? sim::sim_cannot(capability) : live->cannot(capability);
}

}  // namespace

std::vector<std::string> available_backends() {
  std::vector<std::string> available;
  for (const std::string& name : backend_names()) {
    if (name == "sim" || live::find_backend(name) != nullptr) available.push_back(name);
  }
  return available;
}

std::string summary_of_backend(const std::string& backend) {
  const live::Backend* live = live::find_backend(backend);
  return live == nullptr ? "this process, in virtual time: one seed, one history" : live->summary;
}

void refuse_unknown_backend(const std::string& backend) {
  const std::vector<std::string> known = available_backends();
  if (std::find(known.begin(), known.end(), backend) != known.end()) return;
  throw UsageError(fmt::format("unknown backend `{}`", backend), did_you_mean(backend, known));
}

void check_backend_options(const RunPlan& plan) {
  if (plan.backend_options.contains("sim")) sim::check_simulation_options(plan);
  for (const live::Backend& backend : live::backends()) {
    if (plan.backend_options.contains(backend.name)) backend.check_options(plan);
  }
}

std::string obstacle(const FaultDescription& fault, const std::string& backend) {
  for (const Capability need : fault.needs) {
    std::string why = cannot(backend, need);
    if (!why.empty()) return why;
  }
  return "";
}

std::string partial_obstacle(const FaultDescription& fault, const std::string& backend) {
  const live::Backend* live = live::find_backend(backend);
  if (live == nullptr || live->sometimes_cannot == nullptr) return "";
  for (const Capability need : fault.needs) {
    std::string why = live->sometimes_cannot(need);
    if (!why.empty()) return why;
  }
  return "";
}

}  // namespace faultrig
