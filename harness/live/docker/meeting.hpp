// How clients get to a node through whatever the engine puts between them (a bridge, rules that
// rewrite addresses, a proxy), found out by doing it while the node does not run yet: a helper
// listens on the node's port and the control process tries a way there. Both say a word that
// nobody else knows, the helper first, so that a stranger who listens there is told nothing. The
// helper learns from which address clients come, which is all that tells their packets from others.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/live/client_network.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

// False when the socket is not ready for `events` (poll(2)) by then.
bool await_socket(const Descriptor& socket, short events,
                  std::chrono::steady_clock::time_point deadline);

// The helper's side: listens until somebody knows the word; returns the address it came from, empty
// when nobody came in time. Nothing of it keeps the port afterwards. Throws EnvironmentError.
std::string meet_client(std::uint16_t port, const std::string& word,
                        std::chrono::milliseconds patience);
// The control process's: tries until it is heard; why it was not, empty when it was.
std::string meet_helper(const NodeAddress& there, const std::string& word,
                        std::chrono::milliseconds patience);

// The remote ports of connections to `port` here that have come from that address, also of those
// that were closed in the last minute. A proxy accepts connections that lead nowhere, so only here
// can be seen whether one has come through.
std::vector<std::string> arrivals(std::uint16_t port, Ipv4 from);
// The same of the text of /proc/net/tcp or tcp6.
std::vector<std::string> arrivals_in(std::string_view table, std::uint16_t port, Ipv4 from);

}  // namespace faultrig::live
