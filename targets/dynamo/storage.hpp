// What a node keeps on its disk: one file of records (harness/node/record_file.hpp), each the whole
// of one thing from now on: the entry of a key, a hint, the members, or the node itself (its lives,
// and a stamp that no other was above). The last record of a thing counts, so a write is one record
// appended; when most of the file is old, it is written anew.
//
// Payload: a tag, then fields as in harness/node/value_bytes.hpp. Versions and members are written
// as the values that messages carry.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "harness/node/record_file.hpp"
#include "targets/dynamo/entry.hpp"
#include "targets/dynamo/members.hpp"

namespace faultrig::dynamo {

inline constexpr const char* file_name = "dynamo.log";

struct Identity {
  std::size_t nodes = 0;  // of the cluster
  std::int64_t life = 0;
  Stamp clock = 0;
};

void append_identity(std::string& out, const Identity& identity);
void append_entry(std::string& out, const Value& key, const Versions& versions);
void append_hint(std::string& out, const HintKey& hint, const Versions& versions);
void append_members(std::string& out, const Members& members);

struct Recovered {
  Identity identity;  // `clock` is not below any stamp in the file
  Members members;
  std::map<Value, Versions> entries;  // none is empty
  std::map<HintKey, Versions> hints;
  std::size_t records = 0;
  std::optional<TornTail> torn;
  // The file is that of a cluster of so many other nodes: nothing of it may be used or replaced.
  std::optional<std::size_t> other_cluster;
};

// Total: any bytes give the longest good beginning.
Recovered recover(std::string_view bytes, std::size_t nodes);

}  // namespace faultrig::dynamo
