// What a node keeps on its disk: one file of records, appended to, and replaced as a whole when a
// snapshot is taken (so snapshot, term and log can never be from different moments).
//
// The payload of a record (harness/node/record_file.hpp) is a byte that tells the kind, then its
// fields as in harness/node/value_bytes.hpp. Kinds: state {term, vote}; snapshot {index, term,
// state}; entry {index, term, command}.
// An entry with an index that the file already has cuts the log there, so a truncation needs no
// record of its own. Source: Raft paper, Figure 2 (persistent state) and section 7.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/node/record_file.hpp"
#include "targets/raft_kv/log.hpp"

namespace faultrig::raft_kv {

inline constexpr const char* log_file_name = "raft.log";

struct Snapshot {
  Index last_index = 0;  // 0: there is none
  Term last_term = 0;
  Value state;
};

struct HardState {
  Term term = 0;
  std::string vote;  // for whom in this term; empty: for nobody
  friend bool operator==(const HardState&, const HardState&) = default;
};

struct Recovered {
  HardState hard_state;
  Snapshot snapshot;
  Log log;
  std::optional<TornTail> torn;
};

std::string encode_state(const HardState& state);
std::string encode_snapshot(const Snapshot& snapshot);
std::string encode_entry(Index index, const Entry& entry);
void append_entry(std::string& out, Index index, const Entry& entry);
// The whole file, as after a snapshot.
std::string encode_file(const HardState& state, const Snapshot& snapshot, const Log& log);

// Total: any bytes give the longest good beginning.
Recovered recover(std::string_view bytes);

}  // namespace faultrig::raft_kv
