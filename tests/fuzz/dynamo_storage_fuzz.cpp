// libFuzzer driver of dynamo's disk file: any bytes give a longest good beginning. The input is
// read as it is, and as pieces each framed with its right length and checksum; what was recovered,
// written as a whole file again, is recovered unchanged.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "targets/dynamo/storage.hpp"
#include "tests/fuzz/framed.hpp"

namespace faultrig::dynamo {
namespace {

constexpr std::size_t nodes = 3;

std::string encode(const Recovered& recovered) {
  std::string out;
  append_identity(out, recovered.identity);
  append_members(out, recovered.members);
  for (const auto& [key, versions] : recovered.entries) append_entry(out, key, versions);
  for (const auto& [hint, versions] : recovered.hints) append_hint(out, hint, versions);
  return out;
}

void check(std::string_view bytes) {
  const Recovered first = recover(bytes, nodes);
  if (first.torn && first.torn->at + first.torn->bytes != bytes.size()) std::abort();
  const std::string file = encode(first);
  const Recovered second = recover(file, nodes);
  if (second.torn || encode(second) != file) std::abort();
}

}  // namespace
}  // namespace faultrig::dynamo

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  faultrig::dynamo::check(bytes);
  faultrig::dynamo::check(faultrig::framed(bytes));
  return 0;
}
