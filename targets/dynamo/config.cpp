#include "targets/dynamo/config.hpp"

#include <fmt/format.h>

#include "harness/errors.hpp"

namespace faultrig::dynamo {

const std::vector<ConfigOption>& config_options() {
  static const std::vector<ConfigOption> options = {
      {"n", &DynamoConfig::n, 1, most_nodes, "nodes that keep a key"},
      {"r", &DynamoConfig::r, 1, most_nodes, "nodes whose answers a read needs"},
      {"w", &DynamoConfig::w, 1, most_nodes, "nodes that must have a write"},
      {"virtual-nodes", &DynamoConfig::virtual_nodes, 1, 1'000, "places of a node on the ring"},
      {"hint-ms", &DynamoConfig::hint_ms, 1, 60'000, "an owner silent for so long is replaced"},
      {"request-ms", &DynamoConfig::request_ms, 1, 600'000, "a request is given up after so long"},
      {"handoff-ms", &DynamoConfig::handoff_ms, 1, 600'000, "time between two deliveries of hints"},
      {"sync-ms", &DynamoConfig::sync_ms, 1, 600'000, "time between two comparisons with a peer"},
      {"grace-ms", &DynamoConfig::grace_ms, 1, 86'400'000, "a tombstone is kept at least so long"},
      {"batch-hints", &DynamoConfig::batch_hints, 1, 100'000, "most hints in one delivery"},
  };
  return options;
}

bool set_word(DynamoConfig& config, const std::string& name, const std::string& word) {
  if (name == "conflict") {
    if (word == "siblings") {
      config.conflict = Conflict::siblings;
    } else if (word == "lww") {
      config.conflict = Conflict::lww;
    } else if (word == "merge") {
      config.conflict = Conflict::merge;
    } else {
      throw UsageError(fmt::format("unknown conflict rule `{}`", word),
                       did_you_mean(word, {"siblings", "lww", "merge"}));
    }
    return true;
  }
  if (name != "quorum") return false;
  if (word != "sloppy" && word != "strict") {
    throw UsageError(fmt::format("unknown kind of quorum `{}`", word),
                     did_you_mean(word, {"sloppy", "strict"}));
  }
  config.quorum = word == "sloppy" ? Quorum::sloppy : Quorum::strict;
  return true;
}

void check_config(const DynamoConfig& config) {
  for (const auto& [name, value] : {std::pair("r", config.r), std::pair("w", config.w)}) {
    if (value <= config.n) continue;
    throw UsageError(
        fmt::format("{} = {} is more than n = {}", name, value, config.n),
        "so many nodes do not keep a key; R and W go from 1 to N, and reads see the latest write "
        "when R + W is above N");
  }
}

void check_size(const DynamoConfig& config, std::size_t nodes) {
  if (nodes > static_cast<std::size_t>(most_nodes)) {
    throw UsageError(fmt::format("{} nodes are too many: at most {}", nodes, most_nodes));
  }
  if (static_cast<std::size_t>(config.n) <= nodes) return;
  throw UsageError(fmt::format("n = {} is more than the {} nodes there are", config.n, nodes),
                   "give the run more nodes, or a smaller n");
}

}  // namespace faultrig::dynamo
