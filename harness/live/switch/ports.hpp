// The two kinds of Port. TUN: the kernel hands packets straight to our descriptor; fastest, needs
// /dev/net/tun. Packet: a veth pair whose far end lives in a hidden network namespace of its own
// with an AF_PACKET socket on it; needs no device node, so it works wherever user namespaces do.
//
// Neither negotiates offloads, so every packet is whole (at most the MTU) and carries its finished
// checksum: only then does the receiver's kernel notice a flipped bit.
#pragma once

#include <memory>
#include <string>

#include "harness/live/switch/network_namespace.hpp"
#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

// Name of the machine's own device, as on a real one.
inline constexpr const char* device_name = "eth0";
inline constexpr int device_mtu = 1500;

// Each makes the machine's device inside `space`, without address and down. Throws
// EnvironmentError.
std::unique_ptr<Port> make_tun_port(const NetworkNamespace& space, const std::string& machine);
std::unique_ptr<Port> make_packet_port(const NetworkNamespace& space, const std::string& machine);

}  // namespace faultrig::live
