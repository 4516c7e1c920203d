// A netlink message under construction (netlink(7)): headers and attributes, each padded to 4
// bytes; an attribute that holds others gets its length when it is closed.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <vector>

namespace faultrig::live {

class NetlinkMessage {
 public:
  NetlinkMessage(std::uint16_t type, std::uint16_t flags, std::uint32_t sequence = 0) {
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = flags;
    header.nlmsg_seq = sequence;
    append(&header, sizeof header);
  }
  void append(const void* data, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }
  std::size_t open_attribute(std::uint16_t type) {
    const std::size_t at = bytes_.size();
    const nlattr head{0, type};
    append(&head, sizeof head);
    return at;
  }
  void close_attribute(std::size_t at) {
    const auto length = static_cast<std::uint16_t>(bytes_.size() - at);
    std::memcpy(bytes_.data() + at, &length, sizeof length);
  }
  void attribute(std::uint16_t type, const void* data, std::size_t size) {
    const nlattr head{static_cast<std::uint16_t>(NLA_HDRLEN + size), type};
    append(&head, sizeof head);
    append(data, size);
  }
  void attribute(std::uint16_t type, const std::string& text) {
    attribute(type, text.c_str(), text.size() + 1);
  }
  std::span<const std::byte> finish() {
    const auto length = static_cast<std::uint32_t>(bytes_.size());
    std::memcpy(bytes_.data(), &length, sizeof length);
    return bytes_;
  }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace faultrig::live
