#include "harness/live/backends.hpp"

#include <fmt/format.h>

#include "harness/live/docker/docker_cluster.hpp"
#include "harness/live/docker/docker_options.hpp"
#include "harness/live/docker/docker_probes.hpp"
#include "harness/live/local/local_cluster.hpp"
#include "harness/live/ssh/hosts.hpp"
#include "harness/live/ssh/ssh_cluster.hpp"
#include "harness/live/switched_cluster.hpp"

namespace faultrig::live {
namespace {

std::unique_ptr<LiveCluster> make_local(const ClusterParts& parts) {
  parts.journal.note(fmt::format(
      "namespaces and network devices of {} nodes and their client machines", parts.plan.nodes));
  return make_local_cluster(parts.plan, parts.manifest, parts.folder, parts.programs);
}

}  // namespace

const std::vector<Backend>& backends() {
  static const std::vector<Backend> all = {
      {.name = "local",
       .summary = "namespaces of this machine: no root, no Docker",
       .is_sandboxed = true,
       .cannot = switched_cannot,
       .sometimes_cannot = nullptr,
       .check_options = [](const RunPlan& plan) { local_options(plan); },
       .machine_count = nullptr,
       .make = make_local},
      {.name = "docker",
       .summary = "containers of a Docker engine, as root on this machine or by its socket alone",
       .is_sandboxed = false,
       .cannot = switched_cannot,
       .sometimes_cannot = docker_sometimes_cannot,
       .check_options = [](const RunPlan& plan) { docker_options(plan); },
       .machine_count = nullptr,
       .make = make_docker_cluster,
       .probe = probe_docker,
       .clean = clean_docker},
      {.name = "ssh",
       .summary = "remote hosts, one a node: --hosts FILE",
       .is_sandboxed = false,
       .cannot = ssh_cannot,
       .sometimes_cannot = nullptr,
       .check_options = check_ssh_options,
       .machine_count = ssh_machine_count,
       .make = make_ssh_cluster},
  };
  return all;
}

const Backend* find_backend(const std::string& name) {
  for (const Backend& backend : backends()) {
    if (backend.name == name) return &backend;
  }
  return nullptr;
}

}  // namespace faultrig::live
