#include "campaign/promises.hpp"

#include <algorithm>

#include "campaign/targets.hpp"
#include "checkers/promises.hpp"

namespace faultrig {
namespace {

std::chrono::milliseconds length_of(const TimePromise& promise,
                                    const std::map<std::string, Value>& options) {
  if (promise.unit.empty()) return std::chrono::milliseconds(0);
  const Value& unit = options.at(promise.unit);
  return std::chrono::milliseconds(unit.is_integer() ? unit.as_integer() * promise.within : 0);
}

}  // namespace

void promise_liveness(RunPlan& plan, const TargetManifest& manifest) {
  const auto options = target_options(plan, manifest);
  if (plan.progress.count() == 0) plan.progress = length_of(manifest.progress, options);
  if (plan.convergence.count() == 0) plan.convergence = length_of(manifest.convergence, options);
}

void promise_consistency(RunPlan& plan, const TargetManifest& manifest) {
  if (!plan.promise.empty() || manifest.promises.empty()) return;
  const auto& known = promise_names();
  const auto ours = std::find_if(
      manifest.promises.begin(), manifest.promises.end(), [&](const std::string& promise) {
        return std::find(known.begin(), known.end(), promise) != known.end();
      });
  plan.promise = ours == manifest.promises.end() ? "none" : *ours;
}

}  // namespace faultrig
