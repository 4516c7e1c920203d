#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/device.hpp"
#include "harness/live/switch/netlink.hpp"
#include "harness/live/switch/ports.hpp"

namespace faultrig::live {
namespace {

constexpr int socket_buffer_bytes = 4 << 20;

class PacketPort : public Port {
 public:
  PacketPort(Descriptor socket, sockaddr_ll machine_address, NetworkNamespace hidden,
             std::string machine)
      : hidden_(std::move(hidden)),
        socket_(std::move(socket)),
        machine_address_(machine_address),
        machine_(std::move(machine)) {}

  int descriptor() const override { return socket_.get(); }

  // SOCK_DGRAM: the kernel strips and makes the Ethernet header. Bound to ETH_P_IP, the socket sees
  // neither other protocols nor what it sent itself.
  std::size_t read(std::span<std::byte> buffer) override {
    const auto size = recv(socket_.get(), buffer.data(), buffer.size(), 0);
    if (size >= 0) return static_cast<std::size_t>(size);
    // ENETDOWN: the machine took its device down; it may bring it up again.
    if (errno == EAGAIN || errno == EINTR || errno == ENETDOWN) return 0;
    throw EnvironmentError("cannot read from", "the packet socket of " + machine_, errno,
                           "was the device deleted inside the machine?");
  }

  bool write(std::span<const std::byte> packet) override {
    const auto size =
        sendto(socket_.get(), packet.data(), packet.size(), 0,
               reinterpret_cast<const sockaddr*>(&machine_address_), sizeof machine_address_);
    return size == static_cast<ssize_t>(packet.size());
  }

 private:
  NetworkNamespace hidden_;  // our end of the veth pair lives and dies with it
  Descriptor socket_;
  sockaddr_ll machine_address_;
  std::string machine_;
};

void enlarge_buffers(int socket) {
  for (const auto& [forced, polite] :
       {std::pair{SO_RCVBUFFORCE, SO_RCVBUF}, std::pair{SO_SNDBUFFORCE, SO_SNDBUF}}) {
    const int size = socket_buffer_bytes;
    if (setsockopt(socket, SOL_SOCKET, forced, &size, sizeof size) == 0) continue;
    setsockopt(socket, SOL_SOCKET, polite, &size, sizeof size);  // up to the system's limit
  }
}

// A packet socket on the device with this index, in the calling thread's namespace.
Descriptor open_packet_socket(int device_index, const std::string& machine) {
  const int kind = SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
  // Protocol 0 until bound, so that nothing of another device comes in.
  Descriptor socket(::socket(AF_PACKET, kind, 0));
  if (!socket.is_open()) throw EnvironmentError("cannot open a packet socket for", machine, errno);
  enlarge_buffers(socket.get());
  // A device gets its queueing discipline some time after its peer came up, from a kernel worker;
  // until then everything sent through it is dropped. So we go around it; veth queues nothing
  // anyhow.
  const int on = 1;
  if (setsockopt(socket.get(), SOL_PACKET, PACKET_QDISC_BYPASS, &on, sizeof on) != 0) {
    throw EnvironmentError("cannot bypass the queue of the packet socket of", machine, errno);
  }
  sockaddr_ll here{};
  here.sll_family = AF_PACKET;
  here.sll_protocol = htons(ETH_P_IP);
  here.sll_ifindex = device_index;
  if (bind(socket.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) != 0) {
    throw EnvironmentError("cannot bind the packet socket of", machine, errno);
  }
  return socket;
}

}  // namespace

std::unique_ptr<Port> make_packet_port(const NetworkNamespace& space, const std::string& machine) {
  NetworkNamespace hidden = NetworkNamespace::create(machine + " (our end)");
  sockaddr_ll machine_address{};
  space.inside([&] {
    make_veth_pair(device_name, "port", hidden.descriptor(), machine);
    Device device(device_name, machine);
    device.turn_offloads_off();
    const auto hardware = device.hardware_address();
    machine_address.sll_halen = hardware.size();
    std::copy(hardware.begin(), hardware.end(), machine_address.sll_addr);
  });
  Descriptor socket;
  hidden.inside([&] {
    tune_namespace();
    Device device("port", machine);
    device.turn_offloads_off();
    device.set_mtu(device_mtu);
    device.bring_up(false);
    machine_address.sll_family = AF_PACKET;
    machine_address.sll_protocol = htons(ETH_P_IP);
    machine_address.sll_ifindex = device.index();
    socket = open_packet_socket(machine_address.sll_ifindex, machine);
  });
  return std::make_unique<PacketPort>(std::move(socket), machine_address, std::move(hidden),
                                      machine);
}

}  // namespace faultrig::live
