#include "tests/targets/bank_2pc/bank_scenario_support.hpp"

#include "checkers/history/json.hpp"
#include "tests/targets/bank_2pc/bank_cluster_support.hpp"

namespace faultrig::bank_2pc {
namespace {

std::unique_ptr<ScriptedCluster> make_cluster(const ScenarioSettings& scenario) {
  BankCluster::Settings settings;
  settings.nodes = scenario.nodes;
  settings.bugs = parse_bugs(scenario.bug);
  for (const auto& [name, value] : scenario.options) {
    for (const ConfigOption& option : config_options()) {
      if (option.name == name) settings.config.*option.member = std::stoll(value);
    }
  }
  return std::make_unique<BankCluster>(settings);
}

std::optional<Value::Map> request(const ScenarioWords& words) {
  Value::Map body{{"type", words[0]}};
  std::vector<std::string> fields;
  if (words[0] == "transfer") {
    fields = {"from", "to", "amount"};
  } else if (words[0] == "deposit" || words[0] == "withdraw") {
    fields = {"account", "amount"};
  } else if (words[0] != "read") {
    return std::nullopt;
  }
  constexpr std::size_t first = 3;  // behind the verb, the client and the node
  for (std::size_t i = 0; i < fields.size(); ++i) {
    body.emplace_back(fields[i], parse_json(words.at(first + i)));
  }
  const std::size_t id = first + fields.size();
  if (!fields.empty() && words.size() > id) body.emplace_back("request_id", words[id]);
  return body;
}

}  // namespace

ScenarioResult run_scenario(const std::string& text, bool with_bug) {
  return faultrig::run_scenario(
      {make_cluster, {{"tick", tick_timer}, {"retry", retry_timer}}, request}, text, with_bug);
}

}  // namespace faultrig::bank_2pc
