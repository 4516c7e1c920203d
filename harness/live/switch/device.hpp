// Settings of one network device and of the namespace around it, by ioctl and /proc/sys/net, which
// both act on the calling thread's namespace. All throw EnvironmentError naming the machine.
#pragma once

#include <array>
#include <string>

#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

class Device {
 public:
  // The device `name` in the calling thread's namespace; use it only there.
  Device(std::string name, std::string machine);

  void set_address(Ipv4 address, Ipv4 netmask);
  void set_mtu(int bytes);
  // As far as allowed: in a user namespace the kernel keeps its own choice (500 for TUN).
  void set_queue_length(int packets);
  // Checksums finished by the kernel, no packets joined or split by the device.
  void turn_offloads_off();
  // Up; `resolves_neighbours` false: no ARP, every packet leaves with the device's own address.
  void bring_up(bool resolves_neighbours);
  int index() const;
  std::array<unsigned char, 6> hardware_address() const;

 private:
  std::string name_;
  std::string machine_;
};

// No IPv6 (we carry IPv4 only, and autoconfiguration would chatter), and TCP retransmits at least
// once a second, so that connections recover soon after a partition. Settings that this kernel does
// not know, or does not let us change, stay as they are: neither is needed for correctness.
void tune_namespace();

}  // namespace faultrig::live
