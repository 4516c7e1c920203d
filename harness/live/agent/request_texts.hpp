// What requests of protocol.hpp are made of, read by whoever answers them. All throw
// EnvironmentError (EPROTO) for what no control process writes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/live/agent/packet_filter.hpp"

namespace faultrig::live {

std::int64_t number_of(const std::string& text);
std::uint16_t port_of(const std::string& text);
Ipv4 ipv4_of(const std::string& text);
// "n1=10.0.0.1", packed (spawn/wire.hpp).
std::vector<NamedAddress> named_addresses(const std::string& packed);

}  // namespace faultrig::live
