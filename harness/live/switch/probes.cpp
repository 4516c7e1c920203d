#include "harness/live/switch/probes.hpp"

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "harness/live/switch/packet.hpp"

namespace faultrig::live {
namespace {

constexpr Ipv4 probe_address = 0x0a4d0001;   // 10.77.0.1
constexpr Ipv4 nobody_address = 0x0a4d0002;  // 10.77.0.2
constexpr int patience_ms = 2000;

std::string failure_of(void (*probe)()) {
  try {
    probe();
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return {};
}

sockaddr_in internet_address(Ipv4 address, std::uint16_t port) {
  sockaddr_in internet{};
  internet.sin_family = AF_INET;
  internet.sin_port = htons(port);
  internet.sin_addr.s_addr = htonl(address);
  return internet;
}

void wait_readable(int descriptor, const char* what) {
  pollfd waited{descriptor, POLLIN, 0};
  if (poll(&waited, 1, patience_ms) == 1) return;
  throw EnvironmentError("cannot receive", what, ETIMEDOUT);
}

// The machine sends a datagram to an address that nobody has; it comes out of our end; we refuse
// it, and the machine's socket learns of that. So packets went both ways.
void try_both_ways(PortKind kind) {
  const NetworkNamespace space = NetworkNamespace::create("the probe");
  const std::unique_ptr<Port> port = attach_machine(space, "the probe", probe_address, kind);
  Descriptor socket;
  space.inside([&] {
    socket = Descriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const sockaddr_in nobody = internet_address(nobody_address, 9);
    if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&nobody), sizeof nobody) != 0 ||
        send(socket.get(), "probe", 5, 0) != 5) {
      throw EnvironmentError("cannot send through", "the probe's device", errno);
    }
  });
  wait_readable(port->descriptor(), "from the probe's device");
  std::array<std::byte, 2048> buffer;
  const std::size_t size = port->read(buffer);
  const auto refusal = refusal_of(std::span(buffer).first(size));
  if (!refusal || !port->write(*refusal)) {
    throw EnvironmentError("cannot write to", "the probe's device", errno);
  }
  wait_readable(socket.get(), "what was written to the probe's device");
}

}  // namespace

std::string probe_network_namespace() {
  return failure_of([] { NetworkNamespace::create("the probe"); });
}

std::string probe_tun() {
  return failure_of([] { try_both_ways(PortKind::tun); });
}

std::string probe_packet_ports() {
  return failure_of([] { try_both_ways(PortKind::packet); });
}

}  // namespace faultrig::live
