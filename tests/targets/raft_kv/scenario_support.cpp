#include "tests/targets/raft_kv/scenario_support.hpp"

#include "tests/targets/raft_kv/test_cluster_support.hpp"

namespace faultrig::raft_kv {
namespace {

std::unique_ptr<ScriptedCluster> make_cluster(const ScenarioSettings& scenario) {
  TestCluster::Settings settings;
  settings.nodes = scenario.nodes;
  settings.bugs = parse_bugs(scenario.bug);
  for (const auto& [name, value] : scenario.options) {
    if (name == "reads") settings.config.reads = read_mode_named(value);
    for (const ConfigOption& option : config_options()) {
      if (option.name == name) settings.config.*option.member = std::stoll(value);
    }
  }
  return std::make_unique<TestCluster>(settings);
}

}  // namespace

ScenarioResult run_scenario(const std::string& text, bool with_bug) {
  return faultrig::run_scenario(
      {make_cluster, {{"timeout", election_timer}, {"heartbeat", heartbeat_timer}}}, text,
      with_bug);
}

}  // namespace faultrig::raft_kv
