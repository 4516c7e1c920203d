#include "tests/live/switch/machines_support.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace faultrig::live {
namespace {

sockaddr_in internet_address(Ipv4 address, std::uint16_t port) {
  sockaddr_in internet{};
  internet.sin_family = AF_INET;
  internet.sin_port = htons(port);
  internet.sin_addr.s_addr = htonl(address);
  return internet;
}

void must(bool worked, const char* what) {
  if (!worked) throw std::system_error(errno, std::generic_category(), what);
}

Descriptor open_socket(const NetworkNamespace& space, int type) {
  Descriptor socket;
  space.inside(
      [&] { socket = Descriptor(::socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)); });
  must(socket.is_open(), "socket");
  return socket;
}

void bind_to(const Descriptor& socket, Ipv4 address, std::uint16_t port) {
  const sockaddr_in here = internet_address(address, port);
  must(bind(socket.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0, "bind");
}

bool wait_for(const Descriptor& socket, short what, std::chrono::milliseconds patience) {
  pollfd waited{socket.get(), what, 0};
  return poll(&waited, 1, static_cast<int>(patience.count())) == 1;
}

}  // namespace

Machines::Machines(int count, PortKind kind, std::uint64_t seed,
                   const std::filesystem::path& capture)
    : network_(std::make_unique<Switch>(seed)) {
  for (int i = 0; i < count; ++i) {
    const std::string name = "m" + std::to_string(i);
    spaces_.push_back(NetworkNamespace::create(name));
    network_->attach(name, address(i), attach_machine(spaces_.back(), name, address(i), kind));
  }
  network_->start(capture);
}

void Machines::set_rule(int from, int to, const LinkRule& rule) {
  network_->set_rule(static_cast<PortId>(from), static_cast<PortId>(to), rule);
}

LinkCounters Machines::counters(int from, int to) const {
  return network_->counters(static_cast<PortId>(from), static_cast<PortId>(to));
}

Descriptor Machines::udp_socket(int machine, std::uint16_t port) {
  Descriptor socket = open_socket(spaces_[machine], SOCK_DGRAM);
  bind_to(socket, address(machine), port);
  return socket;
}

void Machines::send_to(const Descriptor& socket, int machine, std::uint16_t port,
                       const std::string& text) {
  const sockaddr_in there = internet_address(address(machine), port);
  must(sendto(socket.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&there),
              sizeof there) == static_cast<ssize_t>(text.size()),
       "sendto");
}

Descriptor Machines::connected_udp(int from, int to, std::uint16_t port) {
  Descriptor socket = open_socket(spaces_[from], SOCK_DGRAM);
  const sockaddr_in there = internet_address(address(to), port);
  must(connect(socket.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0,
       "connect");
  return socket;
}

void Machines::take_device_down(int machine) {
  const Descriptor socket = open_socket(spaces_[machine], SOCK_DGRAM);
  ifreq request{};
  std::strcpy(request.ifr_name, "eth0");
  must(ioctl(socket.get(), SIOCGIFFLAGS, &request) == 0, "SIOCGIFFLAGS");
  request.ifr_flags &= ~IFF_UP;
  must(ioctl(socket.get(), SIOCSIFFLAGS, &request) == 0, "SIOCSIFFLAGS");
}

Descriptor Machines::listen_tcp(int machine, std::uint16_t port) {
  Descriptor socket = open_socket(spaces_[machine], SOCK_STREAM);
  bind_to(socket, address(machine), port);
  must(listen(socket.get(), 16) == 0, "listen");
  return socket;
}

Descriptor Machines::start_connect(int from, int to, std::uint16_t port) {
  Descriptor socket = open_socket(spaces_[from], SOCK_STREAM);
  const int on = 1;
  setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const sockaddr_in there = internet_address(address(to), port);
  const int result = connect(socket.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there);
  must(result == 0 || errno == EINPROGRESS, "connect");
  return socket;
}

Descriptor Machines::connect_tcp(int from, int to, std::uint16_t port) {
  Descriptor socket = start_connect(from, to, port);
  if (const int error = connect_result(socket); error != 0) {
    throw std::system_error(error, std::generic_category(), "connect");
  }
  return socket;
}

bool wait_readable(const Descriptor& socket, std::chrono::milliseconds patience) {
  return wait_for(socket, POLLIN, patience);
}

int connect_result(const Descriptor& socket, std::chrono::milliseconds patience) {
  if (!wait_for(socket, POLLOUT, patience)) return ETIMEDOUT;
  int error = 0;
  socklen_t size = sizeof error;
  must(getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0, "getsockopt");
  return error;
}

Descriptor accept_tcp(const Descriptor& listener) {
  if (!wait_readable(listener)) throw std::runtime_error("nobody connected");
  Descriptor socket(accept4(listener.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  must(socket.is_open(), "accept");
  return socket;
}

std::string receive(const Descriptor& socket) {
  if (!wait_readable(socket)) return {};
  std::array<char, 65536> buffer;
  const auto size = recv(socket.get(), buffer.data(), buffer.size(), 0);
  must(size >= 0, "recv");
  return std::string(buffer.data(), static_cast<std::size_t>(size));
}

std::string receive_bytes(const Descriptor& socket, std::size_t size) {
  std::string all;
  while (all.size() < size) {
    const std::string part = receive(socket);
    if (part.empty()) break;
    all += part;
  }
  return all;
}

void send_all(const Descriptor& socket, const std::string& text) {
  std::size_t sent = 0;
  while (sent < text.size()) {
    if (!wait_for(socket, POLLOUT, deadlock_guard)) throw std::runtime_error("cannot send");
    const auto size = send(socket.get(), text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    must(size >= 0, "send");
    sent += static_cast<std::size_t>(size);
  }
}

}  // namespace faultrig::live
