#include "harness/live/docker/docker_options.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

namespace faultrig::live {
namespace {

bool is_ipv4(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

}  // namespace

DockerOptions docker_options(const RunPlan& plan) {
  const Options given = backend_options(plan, "docker");
  given.expect_only({"network", "address", "boot_times", "trap_waits"});
  DockerOptions options;
  options.boot_times = given.boolean("boot_times", true);
  options.trap_waits = given.boolean("trap_waits", false);
  const std::string network = given.text("network", "");
  if (network == "switch") {
    options.network = DockerNetwork::switch_network;
  } else if (network == "bridge") {
    options.network = DockerNetwork::bridge;
  } else if (given.has("network")) {
    throw given.error("network", fmt::format("`docker.network` is \"{}\"", network),
                      "\"switch\": faultrig's own devices, as root on the engine's machine; "
                      "\"bridge\": a network of the engine's");
  }
  if (!given.has("address")) return options;
  options.address = given.text("address", "");
  if (!is_ipv4(options.address)) {
    throw given.error("address", fmt::format("`docker.address` is \"{}\"", options.address),
                      "an IPv4 address of the engine's machine, at which it publishes ports");
  }
  if (options.network == DockerNetwork::switch_network) {
    throw given.error("address", "`docker.address` is for ports of a bridge",
                      "leave it out, or set docker.network to \"bridge\"");
  }
  options.network = DockerNetwork::bridge;
  return options;
}

}  // namespace faultrig::live
