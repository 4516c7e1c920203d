// Whether this machine, with the rights we have now, can do what the switch needs; found out by
// doing it and undoing it. For `faultrig doctor`.
#pragma once

#include <string>

namespace faultrig::live {

// Each is empty when it works, else why it does not. They need CAP_SYS_ADMIN and CAP_NET_ADMIN in
// the current user namespace, as the switch itself does; without them they say so.
std::string probe_network_namespace();
std::string probe_tun();
// A veth pair with a packet socket on it; a packet is sent each way.
std::string probe_packet_ports();

}  // namespace faultrig::live
