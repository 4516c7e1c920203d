#include "harness/live/switch/device.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

ifreq request_for(const std::string& name) {
  ifreq request{};
  std::strncpy(request.ifr_name, name.c_str(), IFNAMSIZ - 1);
  return request;
}

// errno, 0 when it worked.
int control(unsigned long command, ifreq& request) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return errno;
  return ioctl(socket.get(), command, &request) == 0 ? 0 : errno;
}

void must(unsigned long command, ifreq& request, const char* action, const std::string& machine) {
  if (const int error = control(command, request); error != 0) {
    throw EnvironmentError(action, "the network device of " + machine, error);
  }
}

void put_address(sockaddr& place, Ipv4 address) {
  sockaddr_in internet{};
  internet.sin_family = AF_INET;
  internet.sin_addr.s_addr = htonl(address);
  std::memcpy(&place, &internet, sizeof internet);
}

bool write_setting(const char* path, std::string_view value) {
  const Descriptor file(open(path, O_WRONLY | O_CLOEXEC));
  return file.is_open() &&
         write(file.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size());
}

}  // namespace

Device::Device(std::string name, std::string machine)
    : name_(std::move(name)), machine_(std::move(machine)) {}

void Device::set_address(Ipv4 address, Ipv4 netmask) {
  ifreq request = request_for(name_);
  put_address(request.ifr_addr, address);
  must(SIOCSIFADDR, request, "cannot set the address of", machine_);
  put_address(request.ifr_netmask, netmask);
  must(SIOCSIFNETMASK, request, "cannot set the netmask of", machine_);
}

void Device::set_mtu(int bytes) {
  ifreq request = request_for(name_);
  request.ifr_mtu = bytes;
  must(SIOCSIFMTU, request, "cannot set the MTU of", machine_);
}

void Device::set_queue_length(int packets) {
  ifreq request = request_for(name_);
  request.ifr_qlen = packets;
  const int error = control(SIOCSIFTXQLEN, request);
  if (error == 0 || error == EPERM) return;
  throw EnvironmentError("cannot set the queue length of", "the network device of " + machine_,
                         error);
}

void Device::turn_offloads_off() {
  // Transmit checksums first: segmentation depends on them and the kernel turns it off with them.
  for (const std::uint32_t command :
       {ETHTOOL_STXCSUM, ETHTOOL_SRXCSUM, ETHTOOL_SSG, ETHTOOL_STSO, ETHTOOL_SGSO, ETHTOOL_SGRO}) {
    ethtool_value value{command, 0};
    ifreq request = request_for(name_);
    request.ifr_data = reinterpret_cast<char*>(&value);
    const int error = control(SIOCETHTOOL, request);
    if (error == 0 || error == EOPNOTSUPP) continue;  // a device without it has it off
    throw EnvironmentError("cannot turn the offloads off for", "the network device of " + machine_,
                           error);
  }
}

void Device::bring_up(bool resolves_neighbours) {
  ifreq request = request_for(name_);
  must(SIOCGIFFLAGS, request, "cannot read the flags of", machine_);
  request.ifr_flags |= IFF_UP;
  if (!resolves_neighbours) request.ifr_flags |= IFF_NOARP;
  must(SIOCSIFFLAGS, request, "cannot bring up", machine_);
}

int Device::index() const {
  ifreq request = request_for(name_);
  must(SIOCGIFINDEX, request, "cannot find", machine_);
  return request.ifr_ifindex;
}

std::array<unsigned char, 6> Device::hardware_address() const {
  ifreq request = request_for(name_);
  must(SIOCGIFHWADDR, request, "cannot read the hardware address of", machine_);
  std::array<unsigned char, 6> address;
  std::copy_n(request.ifr_hwaddr.sa_data, address.size(), address.begin());
  return address;
}

void tune_namespace() {
  write_setting("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
  write_setting("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  write_setting("/proc/sys/net/ipv4/tcp_rto_max_ms", "1000");
}

}  // namespace faultrig::live
