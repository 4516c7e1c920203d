// Writes what passed the switch as a pcapng file (draft-tuexen-opsawg-pcapng): one interface a
// machine, raw IP (LINKTYPE_RAW, 101), nanosecond time stamps, and a comment on every packet that
// a rule touched ("dropped: cut n1->n2"), which Wireshark shows and filters by (pkt_comment).
//
// A packet is recorded where it was seen: on its sender's interface (outbound) when it entered, and
// on its receiver's (inbound) when it was delivered. `frame.interface_name == "n2"` is what n2 saw.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace faultrig::live {

class Capture {
 public:
  // Interface number i is machines[i]. Throws EnvironmentError when the file cannot be written.
  Capture(const std::filesystem::path& file, const std::vector<std::string>& machines);

  // `time` since the Unix epoch. A full disk ends the capture, not the run: failed() tells.
  void add(std::uint32_t machine, bool sent, std::chrono::nanoseconds time,
           std::span<const std::byte> packet, std::string_view comment);
  bool failed() const { return failed_; }
  void flush();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  void write_block(std::uint32_t type);

  std::unique_ptr<std::FILE, Close> file_;
  std::vector<std::byte> body_;  // of the block being built
  bool failed_ = false;
};

}  // namespace faultrig::live
