#include "workloads/stop_on_anomaly.hpp"

#include <utility>

namespace faultrig {

void stop_on_anomaly(Workload& workload, RunParts& parts, RunCallbacks& callbacks) {
  OnlineChecker& online = *workload.online;
  parts.on_event = [&online, told = std::move(parts.on_event)](const Event& event) {
    if (told) told(event);
    online.feed(event);
  };
  callbacks.has_seen_enough = [&online] { return online.violation(); };
}

}  // namespace faultrig
