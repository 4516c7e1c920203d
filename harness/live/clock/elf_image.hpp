// A shared object as it lies in memory: its functions by name. For the kernel's vDSO and for the
// image that takes its place; both are small, and searched one by one.
//
// Source: elf(5), vdso(7).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace faultrig::live {

struct ElfFunction {
  std::string name;
  std::string version;       // "LINUX_2.6"; empty: none
  std::uint64_t offset = 0;  // from the start of the image
};

struct ElfImage {
  std::vector<ElfFunction> functions;
  std::string name;             // its soname
  std::size_t relocations = 0;  // tables of them
  // Where its first segment has the two bytes of a system call; empty where it has none.
  std::optional<std::uint64_t> system_call;

  // Offset from the start; 0: there is none.
  std::uint64_t find(std::string_view function) const;
};

// `start` points to a mapped ELF header of this machine's own kind. Requires a well-formed object:
// both come from the kernel or from our own build.
ElfImage read_elf_image(const void* start);

// The vDSO of this process; nullptr when the kernel has given it none.
const void* own_vdso();

}  // namespace faultrig::live
