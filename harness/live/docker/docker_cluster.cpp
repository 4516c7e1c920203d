#include "harness/live/docker/docker_cluster.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

#include "harness/errors.hpp"
#include "harness/live/docker/bridged_docker.hpp"
#include "harness/live/docker/docker_options.hpp"
#include "harness/live/docker/leftovers.hpp"
#include "harness/live/docker/node_containers.hpp"
#include "harness/live/docker/switched_docker.hpp"
#include "harness/live/switched_cluster.hpp"

namespace faultrig::live {

std::unique_ptr<LiveCluster> make_docker_cluster(const ClusterParts& parts) {
  const DockerOptions options = docker_options(parts.plan);
  std::string why_no_switch;
  if (options.network != DockerNetwork::bridge) {
    try {
      return make_switched_docker(parts);
    } catch (const NoSwitch& error) {
      if (options.network) throw;
      why_no_switch = fmt::format("{} {}", error.action, error.object);
      if (error.error != 0) why_no_switch += fmt::format(": {}", std::strerror(error.error));
    }
  }
  return make_bridged_docker(parts, options, why_no_switch);
}

std::string docker_sometimes_cannot(Capability capability) {
  return switched_cannot(capability).empty() ? bridge_cannot(capability) : "";
}

std::vector<std::string> clean_docker() {
  std::vector<std::string> lines;
  try {
    const EngineClient engine(engine_socket());
    for (const std::string& thing : remove_leftovers(engine))
      lines.push_back(fmt::format("removed {} from {}", thing, engine.socket()));
  } catch (const EnvironmentError& error) {
    // Where there is no engine, or none that we may use, we have left nothing on it.
    if (error.error != ENOENT && error.error != EACCES) lines.emplace_back(error.what());
  }
  return lines;
}

}  // namespace faultrig::live
