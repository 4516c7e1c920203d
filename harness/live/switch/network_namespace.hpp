// A network namespace held by a descriptor, and machines attached to the switch through it.
//
// A namespace lives as long as a descriptor or a process refers to it; nothing is mounted, so
// nothing is left behind however the control process ends. Needs CAP_SYS_ADMIN and CAP_NET_ADMIN in
// the current user namespace (root, or the sandbox of harness/live/spawn/launcher).
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

class NetworkNamespace {
 public:
  // A new, empty one with its loopback device up. Throws EnvironmentError.
  static NetworkNamespace create(const std::string& machine);
  // That in which a process runs; its loopback device is left as it is. Throws EnvironmentError.
  static NetworkNamespace of_process(pid_t process, const std::string& machine);
  ~NetworkNamespace();
  NetworkNamespace(NetworkNamespace&& other) noexcept;
  NetworkNamespace& operator=(NetworkNamespace&& other) noexcept;

  int descriptor() const { return descriptor_; }
  // Runs `body` with the calling thread inside the namespace and comes back, also when it throws.
  // Sockets made inside stay inside.
  void inside(const std::function<void()>& body) const;

 private:
  explicit NetworkNamespace(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

enum class PortKind { automatic, tun, packet };

// Gives the machine its device (a TUN device, or a veth pair with a packet socket where TUN is not
// to be had), address, MTU 1500, a route to `network`/16, IPv6 off, and tcp_rto_max_ms=1000 where
// the kernel knows it; returns our end of it. Throws EnvironmentError naming the machine.
std::unique_ptr<Port> attach_machine(const NetworkNamespace& space, const std::string& machine,
                                     Ipv4 address, PortKind kind = PortKind::automatic);

}  // namespace faultrig::live
