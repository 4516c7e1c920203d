// A reader of pcapng files, strict about everything our writer is meant to keep to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace faultrig::live {

struct CaptureFile {
  struct Interface {
    std::string name;
    std::uint16_t link_type = 0;
    int time_resolution = 6;
  };
  struct Packet {
    std::uint32_t interface = 0;
    std::uint64_t time = 0;  // in the interface's resolution
    std::vector<std::byte> bytes;
    bool outbound = false;
    std::string comment;
  };
  std::vector<Interface> interfaces;
  std::vector<Packet> packets;
};

// Throws std::runtime_error naming the rule that the file breaks.
CaptureFile read_capture(const std::filesystem::path& file);

}  // namespace faultrig::live
