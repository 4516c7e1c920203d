// The knobs of a dynamo node, each with its flag name, range and a line of help, so that the
// program's flags, its --help and the manifest's options come from one table.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/node/config_options.hpp"
#include "targets/dynamo/versions.hpp"

namespace faultrig::dynamo {

// Who may stand for an owner of a key that cannot be reached.
enum class Quorum {
  sloppy,  // the next nodes of the ring, with a hint for whom they keep the write
  strict,  // nobody: R and W owners, or no answer
};

struct DynamoConfig {
  std::int64_t n = 3;  // owners of a key
  std::int64_t r = 2;  // answers that a read needs
  std::int64_t w = 2;  // nodes that must have a write
  std::int64_t virtual_nodes = 16;
  // An owner that has not answered for this long is replaced, again and again.
  std::int64_t hint_ms = 60;
  std::int64_t request_ms = 600;  // a client is told that it did not work
  std::int64_t handoff_ms = 100;  // time between two deliveries of hints
  std::int64_t sync_ms = 50;      // time between two comparisons with a peer
  std::int64_t grace_ms = 5000;   // a tombstone is kept at least so long
  std::int64_t batch_hints = 64;  // hints delivered to one owner at a time
  Conflict conflict = Conflict::lww;
  Quorum quorum = Quorum::sloppy;

  std::chrono::milliseconds hint() const { return std::chrono::milliseconds(hint_ms); }
  std::chrono::milliseconds request() const { return std::chrono::milliseconds(request_ms); }
  std::chrono::milliseconds handoff() const { return std::chrono::milliseconds(handoff_ms); }
  std::chrono::milliseconds sync() const { return std::chrono::milliseconds(sync_ms); }
  std::chrono::milliseconds grace() const { return std::chrono::milliseconds(grace_ms); }
};

using ConfigOption = ConfigOptionOf<DynamoConfig>;
const std::vector<ConfigOption>& config_options();

// Options that are words: "conflict" and "quorum". False when there is none of that name; throws
// UsageError for a word that it does not know.
bool set_word(DynamoConfig& config, const std::string& name, const std::string& word);

// Throw UsageError when the values contradict each other, or the size of the cluster.
void check_config(const DynamoConfig& config);
void check_size(const DynamoConfig& config, std::size_t nodes);

}  // namespace faultrig::dynamo
