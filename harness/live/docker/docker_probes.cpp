#include "harness/live/docker/docker_probes.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

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

}  // namespace

std::vector<Probe> probe_docker(const std::filesystem::path& programs) {
  Probe engine_there;
  engine_there.name = "Docker engine";
  engine_there.lost = "--backend docker";
  engine_there.is_required = false;
  Probe joined = engine_there;
  joined.name = "containers on the switch";
  try {
    const EngineClient engine(engine_socket());
    engine_there.ok = true;
    engine_there.why = fmt::format("{}, API {}, at {}", engine.engine_version(),
                                   engine.api_version(), engine.socket());
    try {
      join_container(engine, programs);
      joined.ok = true;
    } catch (const EnvironmentError& error) {
      fail(joined, error);
    }
  } catch (const EnvironmentError& error) {
    fail(engine_there, error);
    joined.why = "needs the engine";
  }
  return {engine_there, joined};
}

}  // namespace faultrig::live
