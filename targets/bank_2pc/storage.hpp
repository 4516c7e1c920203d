// A node's ledger on its disk: one file of records, appended to, and replaced as a whole by a
// snapshot at every start and when it has grown.
//
// A record is: length (4 bytes, little endian), checksum of the payload (4 bytes), payload: the
// number of its kind, then its fields, numbers in base 128 with the lowest digits first. Recovery
// reads up to the first record that is short or whose checksum is wrong: after a power loss that is
// the torn tail, which was never promised to anybody. A bit that flips in the middle looks the same
// and costs promises; see the README of raft_kv, which has the same limit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "targets/bank_2pc/ledger.hpp"

namespace faultrig::bank_2pc {

inline constexpr const char* log_file_name = "bank.log";

void append_record(std::string& out, const Record& record);
std::uint32_t checksum(std::string_view payload);

struct ReadLog {
  std::size_t records = 0;
  std::size_t good_bytes = 0;
  std::string torn;  // why reading stopped before the end; empty when it did not
};
// Applies the longest good beginning. Total: any bytes will do.
ReadLog replay(std::string_view bytes, Ledger& ledger);

}  // namespace faultrig::bank_2pc
