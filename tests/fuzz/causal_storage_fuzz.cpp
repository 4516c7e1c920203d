// libFuzzer driver of causal_kv's disk file: any bytes give a longest good beginning. The input is
// read as it is, and as pieces each framed with its right length and checksum; what was recovered,
// written as a whole file again, is recovered unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "targets/causal_kv/storage.hpp"
#include "tests/fuzz/framed.hpp"

namespace faultrig::causal_kv {
namespace {

constexpr std::size_t nodes = 3;

void check(std::string_view bytes) {
  const Recovered first = recover(bytes, nodes);
  if (first.torn && first.torn->at + first.torn->bytes != bytes.size()) std::abort();
  const std::string file = encode_file(first.log);
  const Recovered second = recover(file, nodes);
  if (second.torn || second.log.clock() != first.log.clock()) std::abort();
  if (encode_file(second.log) != file) std::abort();
}

}  // namespace
}  // namespace faultrig::causal_kv

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  faultrig::causal_kv::check(bytes);
  faultrig::causal_kv::check(faultrig::framed(bytes));
  return 0;
}
