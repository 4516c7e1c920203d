// The knobs of a causal_kv node, each with its flag name, range and a line of help, so that the
// program's flags, its --help and the manifest's options come from one table.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/node/config_options.hpp"
#include "harness/node/read_subject.hpp"
#include "targets/causal_kv/write_log.hpp"

namespace faultrig::causal_kv {

struct CausalConfig {
  // Each time a node compares clocks with one peer, all peers in turn.
  std::int64_t sync_ms = 50;
  // Limits of one answer to a peer that lacks writes.
  std::int64_t batch_writes = 256;
  std::int64_t batch_bytes = 512 * 1024;
  // Writes that wait for what they come after; beyond that they are dropped and sent again later.
  std::int64_t buffered_writes = 10000;
  // What a read without a key and without `of` is about; `key`: it is refused.
  ReadSubject keyless_reads = ReadSubject::key;

  std::chrono::milliseconds sync() const { return std::chrono::milliseconds(sync_ms); }
  BatchLimits batch() const {
    return {static_cast<std::size_t>(batch_writes), static_cast<std::size_t>(batch_bytes)};
  }
};

using ConfigOption = ConfigOptionOf<CausalConfig>;
const std::vector<ConfigOption>& config_options();

}  // namespace faultrig::causal_kv
