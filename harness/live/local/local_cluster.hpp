// Backend `local`: every node in its own network, PID, mount, UTS and IPC namespaces on this
// machine, every client machine a network namespace, all joined by the user-space switch.
//
// Must be made inside run_in_sandbox.
#pragma once

#include <memory>

#include "harness/live/live_cluster.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "harness/manifest.hpp"
#include "harness/plan.hpp"
#include "harness/store.hpp"

namespace faultrig::live {

// What a plan says of this backend, in its table [local].
struct LocalOptions {
  // Whether every node has been up for another length of time, drawn from the seed, so that
  // comparing the monotonic clocks of two nodes fails here as it would between machines.
  bool boot_times = true;
  // Whether waits until a time of the wall clock are ended by the node's clock too
  // (harness/live/clock/trap_filter.hpp).
  bool trap_waits = false;
};
// Throws UsageError.
LocalOptions local_options(const RunPlan& plan);

// plan.nodes nodes n1..., and as many client machines c1.... `programs` is the folder that {bin}
// stands for. Network and switch are up when this returns; no node runs yet.
std::unique_ptr<LiveCluster> make_local_cluster(const RunPlan& plan, const TargetManifest& manifest,
                                                const RunFolder& folder,
                                                const std::filesystem::path& programs,
                                                PortKind ports = PortKind::automatic);

}  // namespace faultrig::live
