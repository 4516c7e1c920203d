// The functions of a real vDSO that the image calls, by their absolute addresses.
#pragma once

#include <cstdint>

#include "harness/live/clock/clock_page.hpp"
#include "harness/live/clock/elf_image.hpp"

namespace faultrig::live {

// Of a vDSO that lies at `base` in some process and is the same as `vdso`.
inline RealFunctions real_functions(const ElfImage& vdso, std::uint64_t base) {
  const auto address = [&](const char* name) {
    const std::uint64_t offset = vdso.find(name);
    return offset == 0 ? 0 : base + offset;
  };
  return {address("__vdso_clock_gettime"), address("__vdso_gettimeofday"), address("__vdso_time"),
          address("__vdso_clock_getres"), address("__vdso_getcpu")};
}

inline RealFunctions real_functions(const void* own) {
  return real_functions(read_elf_image(own), reinterpret_cast<std::uint64_t>(own));
}

}  // namespace faultrig::live
