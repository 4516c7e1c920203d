// libFuzzer driver of the timeline reader: any text is read, or refused with HistoryError.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "checkers/history/timeline.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    faultrig::parse_timeline({reinterpret_cast<const char*>(data), size}, "fuzz");
  } catch (const faultrig::HistoryError&) {
  }
  return 0;
}
