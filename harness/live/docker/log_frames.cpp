#include "harness/live/docker/log_frames.hpp"

#include <algorithm>

namespace faultrig::live {

bool LogFrames::take(std::string_view bytes, std::string& output) {
  while (!broken_ && !bytes.empty()) {
    if (left_ > 0) {
      const std::size_t size = std::min<std::uint64_t>(left_, bytes.size());
      output += bytes.substr(0, size);
      bytes.remove_prefix(size);
      left_ -= size;
      continue;
    }
    header_[header_bytes_++] = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    if (header_bytes_ < header_size) continue;
    header_bytes_ = 0;
    // 0 standard input (echoed), 1 output, 2 error, 3 an error of the engine itself.
    broken_ = header_[0] > 3 || header_[1] != 0 || header_[2] != 0 || header_[3] != 0;
    for (std::size_t i = 4; i < header_size; ++i) left_ = (left_ << 8) | header_[i];
  }
  return !broken_;
}

}  // namespace faultrig::live
