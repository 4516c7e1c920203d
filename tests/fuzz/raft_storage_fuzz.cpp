// libFuzzer driver of raft_kv's disk file: any bytes give a longest good beginning. The input is
// read as it is, and as pieces each framed with its right length and checksum, which chance would
// hardly find; what was recovered, written as a whole file again, is recovered unchanged.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "targets/raft_kv/storage.hpp"
#include "tests/fuzz/framed.hpp"

namespace faultrig::raft_kv {
namespace {

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
  faultrig::raft_kv::check(faultrig::framed(bytes));
  return 0;
}
