#include "harness/live/docker/bridge_network.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "checkers/history/json.hpp"
#include "harness/errors.hpp"
#include "harness/live/docker/images.hpp"
#include "harness/live/docker/node_containers.hpp"

namespace faultrig::live {
namespace {

constexpr const char* helper_program = "faultrig_helper";
constexpr const char* table = "faultrig";

std::string gateway_of(const Value& network) {
  const Value* ipam = network.find("IPAM");
  const Value* subnets = ipam == nullptr ? nullptr : ipam->find("Config");
  if (subnets == nullptr || !subnets->is_list() || subnets->as_list().empty()) return "";
  return subnets->as_list().front().string_or("Gateway", "");
}

}  // namespace

BridgeNetwork make_bridge_network(const EngineClient& engine, const std::string& run,
                                  const Value& labels) {
  BridgeNetwork network{"faultrig-" + run, ""};
  const std::string body =
      to_json(Value::map({{"Name", network.name}, {"Driver", "bridge"}, {"Labels", labels}}));
  try {
    engine.ask_ok({.purpose = "make a bridge network for the nodes",
                   .method = "POST",
                   .path = "/networks/create",
                   .body = body});
  } catch (const EnvironmentError& error) {
    if (error.error != 0 || !error.hint.empty()) throw;
    throw EnvironmentError(error.action, error.object, 0,
                           "see the engine's log; as root on its machine docker.network = "
                           "\"switch\" needs no network of the engine's");
  }
  network.gateway = gateway_of(engine.ask_value({.purpose = "look at the network of the nodes",
                                                 .method = "GET",
                                                 .path = "/networks/" + network.name}));
  return network;
}

bool is_address_of_ours(const std::string& ip) {
  in_addr wanted{};
  if (::inet_pton(AF_INET, ip.c_str(), &wanted) != 1) return false;
  ifaddrs* found = nullptr;
  if (::getifaddrs(&found) != 0) throw EnvironmentError("cannot list", "network devices", errno);
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(found, ::freeifaddrs);
  for (const ifaddrs* one = found; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_in own{};
    std::memcpy(&own, one->ifa_addr, sizeof own);
    if (own.sin_addr.s_addr == wanted.s_addr) return true;
  }
  return false;
}

ContainerPlan plan_helper(const EngineClient& engine, const RunContainers& run,
                          const std::filesystem::path& programs, const NodeName& node,
                          const BridgeNetwork& network) {
  const std::filesystem::path program = programs / helper_program;
  if (!std::filesystem::exists(program))
    throw EnvironmentError("cannot find", program.string(), ENOENT, "build or install it as well");
  ContainerPlan helper;
  helper.name = container_name(run, node) + "-network";
  helper.image = image_of_program(engine, "helper", program);
  helper.command = {fmt::format("{}/{}", image_programs, helper_program), folder_inside, table};
  helper.labels = run.labels();
  helper.network = network.name;
  helper.host_name = node;
  helper.volume = folder_inside;
  helper.capabilities.emplace_back("NET_ADMIN");
  helper.has_input = true;
  return helper;
}

}  // namespace faultrig::live
