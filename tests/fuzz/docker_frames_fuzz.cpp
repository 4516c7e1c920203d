// The frames of a container's output: whatever comes and however it is cut, the same output and
// never more of it than came.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "harness/live/docker/log_frames.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  faultrig::live::LogFrames whole, cut;
  std::string output, of_cut;
  const bool good = whole.take(bytes, output);
  bool cut_good = true;
  for (const char& byte : bytes) cut_good = cut.take({&byte, 1}, of_cut);
  if (output.size() > size || output != of_cut || (size > 0 && good != cut_good)) std::abort();
  return 0;
}
