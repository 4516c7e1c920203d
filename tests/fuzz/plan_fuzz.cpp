// libFuzzer driver of the plan and manifest readers: any text is read, or refused with UsageError;
// a plan that is read and written again reads as the same plan.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "harness/manifest.hpp"
#include "harness/plan.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::string written;
  try {
    written = faultrig::to_toml(faultrig::read_plan(text, "fuzz"));
  } catch (const faultrig::UsageError&) {
  }
  // Outside of the block above: what we wrote ourselves must not be refused.
  if (!written.empty() && faultrig::to_toml(faultrig::read_plan(written, "again")) != written) {
    std::abort();
  }
  try {
    faultrig::read_manifest(text, "fuzz");
  } catch (const faultrig::UsageError&) {
  }
  return 0;
}
