// The input of a storage driver as a file whose records are framed rightly, so that the fuzzer gets
// past length and checksum.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "harness/node/record_file.hpp"

namespace faultrig {

// As pieces, each behind a byte that tells its length.
inline std::string framed(std::string_view pieces) {
  std::string out;
  while (!pieces.empty()) {
    const std::size_t length = static_cast<unsigned char>(pieces.front());
    pieces.remove_prefix(1);
    const std::string_view payload = pieces.substr(0, length);
    append_record(out, [&] { out += payload; });
    pieces.remove_prefix(payload.size());
  }
  return out;
}

}  // namespace faultrig
