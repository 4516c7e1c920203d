#include "targets/dynamo/simulated.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "harness/errors.hpp"
#include "targets/dynamo/dynamo_node.hpp"
#include "targets/dynamo/invariants.hpp"

namespace faultrig::dynamo {
namespace {

// Flags are spelled with dashes, the manifest's options with underscores.
std::string manifest_name(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

void set_option(DynamoConfig& config, const std::string& name, const Value& value) {
  std::vector<std::string> known = {"conflict", "quorum"};
  if (set_word(config, name, value.is_string() ? value.as_string() : value.to_string())) return;
  for (const ConfigOption& option : config_options()) {
    known.push_back(manifest_name(option.name));
    if (known.back() != name) continue;
    if (!value.is_integer() || value.as_integer() < option.low ||
        value.as_integer() > option.high) {
      throw UsageError(fmt::format("`{} = {}`: expected a whole number from {} to {}", name,
                                   value.to_string(), option.low, option.high));
    }
    config.*option.member = value.as_integer();
    return;
  }
  throw UsageError(fmt::format("dynamo has no option `{}`", name), did_you_mean(name, known));
}

DynamoConfig config_of(const NodeSettings& settings) {
  DynamoConfig config;
  for (const auto& [name, value] : settings.options) set_option(config, name, value);
  check_config(config);
  return config;
}

BugSet bugs_of(const NodeSettings& settings) {
  BugSet bugs;
  for (const std::string& name : settings.bugs) bugs.add(bug_named(name));
  return bugs;
}

}  // namespace

SimulatedTarget simulated_target() {
  SimulatedTarget target;
  target.name = "dynamo";
  target.make_node = [](const NodeSettings& settings) -> std::unique_ptr<Node> {
    return std::make_unique<DynamoNode>(config_of(settings), bugs_of(settings));
  };
  target.make_observer = [](const NodeSettings& settings) -> std::unique_ptr<ClusterObserver> {
    bugs_of(settings);  // refused here as well; what they are is no business of an observer
    return std::make_unique<Invariants>(config_of(settings));
  };
  return target;
}

}  // namespace faultrig::dynamo
