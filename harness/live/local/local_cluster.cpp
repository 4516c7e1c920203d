#include "harness/live/local/local_cluster.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <map>

#include "harness/errors.hpp"
#include "harness/live/local/node_commands.hpp"
#include "harness/live/spawn/boot_time.hpp"
#include "harness/live/spawn/server.hpp"
#include "harness/live/switched_cluster.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

class Local final : public SwitchedCluster {
 public:
  Local(const RunPlan& plan, const TargetManifest& manifest, const RunFolder& folder,
        const fs::path& programs, PortKind ports)
      : SwitchedCluster(plan, manifest.port), manifest_(manifest) {
    raise_descriptor_limit();  // after the spawn server is there: the nodes keep the old limit
    for (std::size_t i = 0; i < nodes().size(); ++i)
      for (const std::string& name : {nodes()[i], client_machines()[i]})
        attach(name, NetworkNamespace::create(name), ports);
    plan_nodes(plan, folder, programs);
    start_switch(plan, folder);
  }

  std::string backend() const override { return "local"; }

  void start(const NodeName& node) override;
  int kill(const NodeName& node) override { return server_.kill(known(node)); }
  int pause(const NodeName& node) override { return server_.pause(known(node)); }
  int resume(const NodeName& node) override { return server_.resume(known(node)); }
  NodeStatus status(const NodeName& node) override { return server_.status(known(node)); }

 private:
  void plan_nodes(const RunPlan& plan, const RunFolder& folder, const fs::path& programs);

  // It forks, and must do so before the switch has its thread.
  SpawnServer server_;
  TargetManifest manifest_;
  std::map<NodeName, NodePlace> places_;
  std::map<NodeName, NodeProgram> programs_;
};

void Local::plan_nodes(const RunPlan& plan, const RunFolder& folder, const fs::path& programs) {
  std::string hosts = "127.0.0.1 localhost\n";
  for (const auto& [name, address] : addresses())
    hosts += fmt::format("{} {}\n", to_string(address), name);
  const fs::path hosts_file = fs::absolute(folder.file("hosts"));
  write_file(hosts_file, hosts);

  std::vector<NodePlace> places;
  for (const NodeName& node : nodes()) {
    NodePlace place{node, address_of(node), fs::absolute(folder.node(node))};
    std::error_code error;
    fs::create_directories(place.data(), error);
    if (error) throw EnvironmentError("cannot make", place.data().string(), error.value());
    follow_trace(node, place.trace());
    places_.emplace(node, place);
    places.push_back(std::move(place));
  }
  const LocalOptions options = local_options(plan);
  for (NodeProgram& program : node_programs(plan, manifest_, places, programs)) {
    expect_executable(program, manifest_);
    program.hosts_file = hosts_file.string();
    program.network = space_of(program.name).descriptor();
    if (options.boot_times) program.since_boot = time_since_boot(plan, program.name);
    if (has_clock_faults(plan)) {
      NodeClock clock(program.name);
      program.clock = clock.descriptor();
      program.trap_waits = options.trap_waits;
      clocks().add(program.name, std::move(clock));
    }
    programs_.emplace(program.name, program);
  }
}

void Local::start(const NodeName& node) {
  NodeProgram program = programs_.at(known(node));
  expect_executable(program, manifest_);
  const fs::path log = places_.at(node).log();
  const Descriptor file(::open(log.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
  if (!file.is_open()) throw EnvironmentError("cannot open", log.string(), errno);
  program.log = file.get();
  clocks().note_start(node);
  server_.start(program);
}

}  // namespace

LocalOptions local_options(const RunPlan& plan) {
  const Options given = backend_options(plan, "local");
  given.expect_only({"boot_times", "trap_waits"});
  return {given.boolean("boot_times", true), given.boolean("trap_waits", false)};
}

std::unique_ptr<LiveCluster> make_local_cluster(const RunPlan& plan, const TargetManifest& manifest,
                                                const RunFolder& folder, const fs::path& programs,
                                                PortKind ports) {
  return std::make_unique<Local>(plan, manifest, folder, programs, ports);
}

}  // namespace faultrig::live
