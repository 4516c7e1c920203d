#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>

#include <cerrno>
#include <cstring>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/ports.hpp"

namespace faultrig::live {
namespace {

class TunPort : public Port {
 public:
  TunPort(Descriptor device, std::string machine)
      : device_(std::move(device)), machine_(std::move(machine)) {}

  int descriptor() const override { return device_.get(); }

  std::size_t read(std::span<std::byte> buffer) override {
    const auto size = ::read(device_.get(), buffer.data(), buffer.size());
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN || errno == EINTR) return 0;
    throw EnvironmentError("cannot read from", "the TUN device of " + machine_, errno,
                           "was the device deleted inside the machine?");
  }

  // Fails with EIO while the machine has its device down: as good as a full queue.
  bool write(std::span<const std::byte> packet) override {
    return ::write(device_.get(), packet.data(), packet.size()) ==
           static_cast<ssize_t>(packet.size());
  }

 private:
  Descriptor device_;
  std::string machine_;
};

}  // namespace

std::unique_ptr<Port> make_tun_port(const NetworkNamespace& space, const std::string& machine) {
  Descriptor device;
  // The device belongs to the namespace in which /dev/net/tun was opened.
  space.inside([&] {
    device = Descriptor(open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC));
    if (!device.is_open()) {
      throw EnvironmentError("cannot open /dev/net/tun for", machine, errno,
                             "packet ports work without it");
    }
    ifreq request{};
    request.ifr_flags = IFF_TUN | IFF_NO_PI;
    std::strncpy(request.ifr_name, device_name, IFNAMSIZ - 1);
    if (ioctl(device.get(), TUNSETIFF, &request) != 0) {
      throw EnvironmentError("cannot create the TUN device of", machine, errno);
    }
  });
  return std::make_unique<TunPort>(std::move(device), machine);
}

}  // namespace faultrig::live
