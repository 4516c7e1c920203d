// The knobs of a raft_kv node, each with its flag name, range and a line of help, so that the
// program's flags, its --help and the manifest's options come from one table.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/node/config_options.hpp"
#include "harness/node/read_subject.hpp"
#include "targets/raft_kv/sessions.hpp"

namespace faultrig::raft_kv {

// How a leader makes sure that it still leads before it answers a read.
enum class ReadMode {
  readindex,  // it asks a majority each time (reads.cpp)
  lease,      // a majority has promised to elect nobody for a while (lease.cpp)
};
// Throws UsageError.
ReadMode read_mode_named(const std::string& name);

struct RaftConfig {
  std::int64_t heartbeat_ms = 50;
  // An election timeout is drawn uniformly from [min, max] each time (paper, section 5.2).
  std::int64_t election_min_ms = 150;
  std::int64_t election_max_ms = 300;
  // A leader that heard from no majority for this long steps down (dissertation, section 6.2).
  std::int64_t check_quorum_ms = 600;
  // Limits of one append_entries message.
  std::int64_t append_entries = 512;
  std::int64_t append_bytes = 512 * 1024;
  // A snapshot is taken when this many applied entries follow the last one.
  std::int64_t snapshot_entries = 5000;
  // A leader refuses new writes while this many of its entries are not committed.
  std::int64_t uncommitted_entries = 10000;
  // What the sessions remember (sessions.hpp): replies in all, and clients.
  std::int64_t session_replies = 4096;
  std::int64_t session_clients = 10000;
  ReadMode reads = ReadMode::readindex;
  // What a read without a key and without `of` is about; `key`: it is refused.
  ReadSubject keyless_reads = ReadSubject::key;

  SessionLimits session_limits() const {
    return {static_cast<std::size_t>(session_replies), static_cast<std::size_t>(session_clients)};
  }

  std::chrono::milliseconds heartbeat() const { return std::chrono::milliseconds(heartbeat_ms); }
  std::chrono::milliseconds election_min() const {
    return std::chrono::milliseconds(election_min_ms);
  }
  std::chrono::milliseconds election_max() const {
    return std::chrono::milliseconds(election_max_ms);
  }
  std::chrono::milliseconds check_quorum() const {
    return std::chrono::milliseconds(check_quorum_ms);
  }
};

using ConfigOption = ConfigOptionOf<RaftConfig>;
const std::vector<ConfigOption>& config_options();

// Throws UsageError when the values contradict each other.
void check_config(const RaftConfig& config);

}  // namespace faultrig::raft_kv
