#include "tests/targets/dynamo/scenario_support.hpp"

#include "tests/targets/dynamo/test_cluster_support.hpp"

namespace faultrig::dynamo {
namespace {

std::unique_ptr<ScriptedCluster> make_cluster(const ScenarioSettings& scenario) {
  TestCluster::Settings settings;
  settings.nodes = scenario.nodes;
  settings.bugs = parse_bugs(scenario.bug);
  for (const auto& [name, value] : scenario.options) {
    if (set_word(settings.config, name, value)) continue;
    for (const ConfigOption& option : config_options()) {
      if (option.name == name) settings.config.*option.member = std::stoll(value);
    }
  }
  return std::make_unique<TestCluster>(settings);
}

}  // namespace

ScenarioResult run_scenario(const std::string& text, bool with_bug) {
  return faultrig::run_scenario(
      {make_cluster, {{"sync", sync_timer}, {"handoff", handoff_timer}, {"look", look_timer}}},
      text, with_bug);
}

}  // namespace faultrig::dynamo
