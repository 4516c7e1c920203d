// A node's ledger on its disk: one file of records, appended to, and replaced as a whole by a
// snapshot at every start and when it has grown.
//
// Records are those of harness/node/record_file.hpp. A payload is the number of its kind, then its
// fields, numbers in base 128 with the lowest digits first.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "targets/bank_2pc/ledger.hpp"

namespace faultrig::bank_2pc {

inline constexpr const char* log_file_name = "bank.log";

void append_record(std::string& out, const Record& record);

struct ReadLog {
  std::size_t records = 0;
  std::size_t good_bytes = 0;
  std::string torn;  // why reading stopped before the end; empty when it did not
};
// Applies the longest good beginning. Total: any bytes will do.
ReadLog replay(std::string_view bytes, Ledger& ledger);

}  // namespace faultrig::bank_2pc
