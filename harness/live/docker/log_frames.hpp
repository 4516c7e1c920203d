// What an engine sends of a container's output: frames of 8 bytes (which stream, three zeros, the
// length as a big-endian number) and so many bytes of output. Pure; output is passed on as it
// comes, so a frame is never held in memory whatever length it claims.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace faultrig::live {

class LogFrames {
 public:
  // Takes the next bytes of the stream, cut anywhere, and appends the output in them to `output`.
  // False once what came cannot be frames: from then on nothing is taken.
  bool take(std::string_view bytes, std::string& output);

 private:
  static constexpr std::size_t header_size = 8;
  std::array<unsigned char, header_size> header_{};
  std::size_t header_bytes_ = 0;  // that are there
  std::uint64_t left_ = 0;        // of the present frame
  bool broken_ = false;
};

}  // namespace faultrig::live
