// Two or more machines joined by a switch, and sockets on them, for tests.
#pragma once

#include <sched.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

// A guard against waiting for ever, far beyond what any machine needs.
inline constexpr std::chrono::milliseconds deadlock_guard{20'000};

class Machines {
 public:
  // Machines m0, m1 ... at 10.77.1.1, 10.77.1.2 ...; the switch runs.
  Machines(int count, PortKind kind, std::uint64_t seed = 1,
           const std::filesystem::path& capture = {});

  Switch& network() { return *network_; }
  Ipv4 address(int machine) const { return 0x0a4d0101 + static_cast<Ipv4>(machine); }
  const NetworkNamespace& space(int machine) const { return spaces_[machine]; }
  void set_rule(int from, int to, const LinkRule& rule);
  LinkCounters counters(int from, int to) const;
  // Closes the switch with its capture; the machines stay, cut off.
  void stop() { network_.reset(); }

  // A UDP socket bound to a fixed port; both calls are non-blocking.
  Descriptor udp_socket(int machine, std::uint16_t port);
  void send_to(const Descriptor& socket, int machine, std::uint16_t port, const std::string& text);

  // Connected, so that it hears of refusals.
  Descriptor connected_udp(int from, int to, std::uint16_t port);
  void take_device_down(int machine);

  Descriptor listen_tcp(int machine, std::uint16_t port);
  // Begins to connect, without waiting.
  Descriptor start_connect(int from, int to, std::uint16_t port);
  // Throws what went wrong when the connection is not there within the guard.
  Descriptor connect_tcp(int from, int to, std::uint16_t port);

 private:
  std::vector<NetworkNamespace> spaces_;
  std::unique_ptr<Switch> network_;
};

bool wait_readable(const Descriptor& socket, std::chrono::milliseconds patience = deadlock_guard);
// 0, or the error with which the connection attempt ended; ETIMEDOUT after `patience`.
int connect_result(const Descriptor& socket, std::chrono::milliseconds patience = deadlock_guard);
Descriptor accept_tcp(const Descriptor& listener);
// The next datagram, or what a stream has now; waits for it. Empty after the guard.
std::string receive(const Descriptor& socket);
// Exactly `size` bytes of a stream.
std::string receive_bytes(const Descriptor& socket, std::size_t size);
void send_all(const Descriptor& socket, const std::string& text);

// Waits until `condition`, looking again and again; false after the guard.
template <typename Condition>
bool eventually(const Condition& condition) {
  const auto end = std::chrono::steady_clock::now() + deadlock_guard;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    sched_yield();
  }
  return true;
}

}  // namespace faultrig::live
