#include "harness/live/docker/docker_probes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "harness/live/docker/bridge_network.hpp"
#include "harness/live/docker/client_way.hpp"
#include "harness/live/docker/leftovers.hpp"
#include "harness/live/docker/node_containers.hpp"
#include "harness/live/switch/network_namespace.hpp"

namespace faultrig::live {
namespace {

constexpr Ipv4 probe_address = 0x0a4d0001;  // 10.77.0.1

void fail(Probe& probe, const EnvironmentError& error) {
  probe.why = fmt::format("{} {}", error.action, error.object);
  if (error.error != 0) probe.why += fmt::format(": {}", std::strerror(error.error));
  probe.remedy = error.hint;
}

void join_container(const EngineClient& engine, const std::filesystem::path& programs) {
  const RunContainers run(engine, fmt::format("doctor-{}", ::getpid()));
  const ContainerPlan plan = plan_holder(engine, run, programs, "probe", {});
  const Container holder = Container::create(engine, plan, "the probe");
  holder.start();
  const ContainerProcess process = ContainerProcess::of(holder, "probe", plan.environment.at(0));
  attach_machine(NetworkNamespace::of_process(process.pid(), "probe"), "probe", probe_address);
}

// What it cannot do all the same; empty when nothing.
std::string join_bridge(const EngineClient& engine, const std::filesystem::path& programs) {
  constexpr std::uint16_t port = 7000;
  const RunContainers run(engine, fmt::format("doctor-bridge-{}", ::getpid()));
  const BridgeNetwork network = make_bridge_network(engine, run.run(), run.labels());
  ContainerPlan plan = plan_helper(engine, run, programs, "probe", network);
  const bool goes_straight = is_address_of_ours(network.gateway);
  if (!goes_straight) {
    plan.published_port = port;
    plan.publish_at = "127.0.0.1";
  }
  const Container container = Container::create(engine, plan, helper_of("probe"));
  const auto helper = call_helper(container, "probe", {});
  const std::string why = helper->wait_until_up().texts.at(0);
  const ContainerAddress address = container.address(network.name);
  find_way(*helper, "probe",
           goes_straight ? NodeAddress{address.ip, port}
                         : NodeAddress{plan.publish_at, address.published},
           port);
  return why.empty() ? "" : "links cannot be cut: " + why;
}

// `why` of a probe that went well is what the attempt says.
template <typename Attempt>
void attempt(Probe& probe, const Attempt& body) {
  try {
    probe.why = body();
    probe.ok = true;
  } catch (const EnvironmentError& error) {
    fail(probe, error);
  }
}

}  // namespace

std::vector<Probe> probe_docker(const std::filesystem::path& programs) {
  Probe engine_there;
  engine_there.name = "Docker engine";
  engine_there.lost = "--backend docker";
  engine_there.is_required = false;
  Probe joined = engine_there;
  joined.name = "containers on the switch";
  joined.lost = "--backend docker with docker.network = \"switch\": clocks, jams";
  Probe bridged = engine_there;
  bridged.name = "containers on a bridge";
  bridged.lost = "--backend docker without root, or with an engine elsewhere";
  try {
    const EngineClient engine(engine_socket());
    engine_there.ok = true;
    engine_there.why = fmt::format("{}, API {}, at {}", engine.engine_version(),
                                   engine.api_version(), engine.socket());
    attempt(joined, [&] {
      join_container(engine, programs);
      return "";
    });
    attempt(bridged, [&] { return join_bridge(engine, programs); });
  } catch (const EnvironmentError& error) {
    fail(engine_there, error);
    joined.why = bridged.why = "needs the engine";
  }
  return {engine_there, joined, bridged};
}

}  // namespace faultrig::live
