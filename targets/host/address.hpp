// "10.77.1.1:7000" taken apart.
#pragma once

#include <cstdint>
#include <string>

namespace faultrig::host {

struct Address {
  std::string ip;
  std::uint16_t port = 0;
};

// Throws UsageError when the text is not NUMERIC-ADDRESS:PORT.
Address parse_address(const std::string& text);

}  // namespace faultrig::host
