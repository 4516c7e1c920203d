// libFuzzer driver of raft_kv's disk file: any bytes give a longest good beginning. The input is
// read as it is, and as lines each framed with its right length and checksum, which chance would
// hardly find; what was recovered, written as a whole file again, is recovered unchanged.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "targets/raft_kv/storage.hpp"

namespace faultrig::raft_kv {
namespace {

void append_number(std::string& out, std::uint32_t number) {
  for (int shift = 0; shift < 32; shift += 8) out += static_cast<char>((number >> shift) & 0xff);
}

std::string framed(std::string_view lines) {
  std::string out;
  while (!lines.empty()) {
    const std::string_view payload = lines.substr(0, lines.find('\n'));
    append_number(out, static_cast<std::uint32_t>(payload.size()));
    append_number(out, crc32c(payload));
    out += payload;
    lines.remove_prefix(std::min(lines.size(), payload.size() + 1));
  }
  return out;
}

void check(std::string_view bytes) {
  const Recovered first = recover(bytes);
  if (first.torn && first.torn->at + first.torn->bytes != bytes.size()) std::abort();
  const std::string file = encode_file(first.hard_state, first.snapshot, first.log);
  const Recovered second = recover(file);
  if (second.torn || second.hard_state != first.hard_state) std::abort();
  if (encode_file(second.hard_state, second.snapshot, second.log) != file) std::abort();
}

}  // namespace
}  // namespace faultrig::raft_kv

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  faultrig::raft_kv::check(bytes);
  faultrig::raft_kv::check(faultrig::raft_kv::framed(bytes));
  return 0;
}
