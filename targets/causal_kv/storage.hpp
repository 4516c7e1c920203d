// What a node keeps on its disk: one file of records (harness/node/record_file.hpp), one for each
// write of its log, in the order of the log. What follows from the log (store, clocks, its own
// sequence number) is made from it again at a start and is written nowhere else, so it cannot be of
// another moment.
//
// The payload is origin, sequence, stamp, the counts of `after`, key, value and, when it is not a
// put, the kind, as in harness/node/value_bytes.hpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "harness/node/record_file.hpp"
#include "targets/causal_kv/write_log.hpp"

namespace faultrig::causal_kv {

inline constexpr const char* log_file_name = "causal.log";

void append_write(std::string& out, const Write& write);
// The whole file.
std::string encode_file(const WriteLog& log);

struct Recovered {
  WriteLog log;
  std::optional<TornTail> torn;
  // The file is that of a cluster of so many other nodes: nothing of it may be used or replaced.
  std::optional<std::size_t> other_cluster;
};

// Total: any bytes give the longest good beginning.
Recovered recover(std::string_view bytes, std::size_t nodes);

}  // namespace faultrig::causal_kv
