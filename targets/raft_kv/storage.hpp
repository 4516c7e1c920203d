// What a node keeps on its disk: one file of records, appended to, and replaced as a whole when a
// snapshot is taken (so snapshot, term and log can never be from different moments).
//
// A record is: length (4 bytes, little endian), CRC-32C of the payload (4 bytes), payload: a byte
// that tells the kind, then its fields as in value_bytes.hpp. Kinds: state {term, vote}; snapshot
// {index, term, state}; entry {index, term, command}.
// An entry with an index that the file already has cuts the log there, so a truncation needs no
// record of its own. Source: Raft paper, Figure 2 (persistent state) and section 7.
//
// Recovery reads up to the first record that is short or whose checksum is wrong. After a power
// loss that is the torn tail, which was never promised to anybody. A bit that flips in the middle
// looks the same from here, and costs promised entries: this node cannot tell the two apart
// (Alagappan et al., "Protocol-Aware Recovery", FAST 2018).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "targets/raft_kv/crc32c.hpp"
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

struct TornTail {
  std::size_t at = 0;     // byte where reading stopped
  std::size_t bytes = 0;  // from there to the end
  std::string why;
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
