#include "targets/raft_kv/config.hpp"

#include <fmt/format.h>

#include "harness/errors.hpp"

namespace faultrig::raft_kv {

const std::vector<ConfigOption>& config_options() {
  static const std::vector<ConfigOption> options = {
      {"heartbeat-ms", &RaftConfig::heartbeat_ms, 1, 60'000, "time between a leader's heartbeats"},
      {"election-min-ms", &RaftConfig::election_min_ms, 2, 600'000, "shortest election timeout"},
      {"election-max-ms", &RaftConfig::election_max_ms, 2, 600'000, "longest election timeout"},
      {"check-quorum-ms", &RaftConfig::check_quorum_ms, 2, 600'000,
       "a leader without a majority for this long steps down"},
      {"append-entries", &RaftConfig::append_entries, 1, 100'000, "most entries in one message"},
      {"append-bytes", &RaftConfig::append_bytes, 1, 16'777'216, "most entry bytes in one message"},
      {"snapshot-entries", &RaftConfig::snapshot_entries, 1, 10'000'000,
       "applied entries between two snapshots"},
      {"uncommitted-entries", &RaftConfig::uncommitted_entries, 1, 10'000'000,
       "uncommitted entries after which a leader refuses writes"},
      {"session-replies", &RaftConfig::session_replies, 1, 10'000'000,
       "replies kept to answer repeated requests"},
      {"session-clients", &RaftConfig::session_clients, 1, 10'000'000, "clients remembered"},
  };
  return options;
}

ReadMode read_mode_named(const std::string& name) {
  if (name == "readindex") return ReadMode::readindex;
  if (name == "lease") return ReadMode::lease;
  throw UsageError(fmt::format("unknown way of reading `{}`", name),
                   did_you_mean(name, {"readindex", "lease"}));
}

void check_config(const RaftConfig& config) {
  if (config.election_min_ms > config.election_max_ms) {
    throw UsageError(fmt::format("--election-min-ms {} is above --election-max-ms {}",
                                 config.election_min_ms, config.election_max_ms));
  }
  if (config.heartbeat_ms >= config.election_min_ms) {
    throw UsageError(fmt::format("--heartbeat-ms {} is not below --election-min-ms {}",
                                 config.heartbeat_ms, config.election_min_ms),
                     "a leader must be heard several times within the shortest election timeout");
  }
}

}  // namespace faultrig::raft_kv
