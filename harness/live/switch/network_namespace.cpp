#include "harness/live/switch/network_namespace.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/device.hpp"
#include "harness/live/switch/ports.hpp"

namespace faultrig::live {
namespace {

constexpr Ipv4 netmask = 0xffff0000;  // /16
constexpr int queue_length = 1000;

Descriptor open_own_namespace() {
  return Descriptor(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
}

// True when TUN devices can be had; false when only packet ports are possible.
bool is_refusal_of_tun(const EnvironmentError& error) {
  return error.error == ENOENT || error.error == EACCES || error.error == EPERM ||
         error.error == ENOTTY ||  // something else lies at its path
         error.error == ENODEV || error.error == ENXIO;
}

std::unique_ptr<Port> make_port(const NetworkNamespace& space, const std::string& machine,
                                PortKind kind) {
  switch (kind) {
    case PortKind::tun:
      return make_tun_port(space, machine);
    case PortKind::packet:
      return make_packet_port(space, machine);
    case PortKind::automatic:
      break;
  }
  try {
    return make_tun_port(space, machine);
  } catch (const EnvironmentError& error) {
    if (!is_refusal_of_tun(error)) throw;
  }
  return make_packet_port(space, machine);
}

}  // namespace

NetworkNamespace NetworkNamespace::create(const std::string& machine) {
  Descriptor created;
  int error = 0;
  const char* action = "cannot create the network namespace of";
  // A thread of its own, so that the caller's namespace is never left even for a moment.
  std::thread maker([&] {
    if (unshare(CLONE_NEWNET) != 0) {
      error = errno;
      return;
    }
    created = open_own_namespace();
    if (!created.is_open()) {
      error = errno;
      action = "cannot open /proc/thread-self/ns/net for";
    }
  });
  maker.join();
  if (error != 0) {
    throw EnvironmentError(action, machine, error,
                           "it takes root or a user namespace: see `faultrig doctor`");
  }
  NetworkNamespace space(created.release());
  space.inside([&] { Device("lo", machine).bring_up(true); });
  return space;
}

NetworkNamespace NetworkNamespace::of_process(pid_t process, const std::string& machine) {
  const std::string path = fmt::format("/proc/{}/ns/net", process);
  Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    throw EnvironmentError(fmt::format("cannot open {}, the network namespace of", path), machine,
                           errno);
  }
  return NetworkNamespace(file.release());
}

NetworkNamespace::~NetworkNamespace() {
  if (descriptor_ >= 0) close(descriptor_);
}

NetworkNamespace::NetworkNamespace(NetworkNamespace&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

NetworkNamespace& NetworkNamespace::operator=(NetworkNamespace&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

void NetworkNamespace::inside(const std::function<void()>& body) const {
  const Descriptor home = open_own_namespace();
  if (!home.is_open()) throw EnvironmentError("cannot open", "/proc/thread-self/ns/net", errno);
  if (setns(descriptor_, CLONE_NEWNET) != 0) {
    throw EnvironmentError("cannot enter", "a network namespace", errno);
  }
  const auto come_back = [&] {
    if (setns(home.get(), CLONE_NEWNET) == 0) return;
    // Going on in the wrong network would be worse than ending.
    std::perror("faultrig: cannot return to the own network namespace");
    std::abort();
  };
  try {
    body();
  } catch (...) {
    come_back();
    throw;
  }
  come_back();
}

std::unique_ptr<Port> attach_machine(const NetworkNamespace& space, const std::string& machine,
                                     Ipv4 address, PortKind kind) {
  space.inside([] { tune_namespace(); });  // before there is a device to autoconfigure
  std::unique_ptr<Port> port = make_port(space, machine, kind);
  space.inside([&] {
    Device device(device_name, machine);
    device.set_mtu(device_mtu);
    device.set_queue_length(queue_length);
    device.set_address(address, netmask);
    device.bring_up(false);
  });
  return port;
}

}  // namespace faultrig::live
