#include "harness/live/switch/network_namespace.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/probes.hpp"
#include "tests/live/switch/isolated_support.hpp"
#include "tests/live/switch/machines_support.hpp"

namespace faultrig::live {
namespace {

ino_t current_namespace() {
  struct stat status {};
  stat("/proc/thread-self/ns/net", &status);
  return status.st_ino;
}

std::set<std::string> device_names() {
  std::set<std::string> names;
  struct if_nameindex* all = if_nameindex();
  for (auto* device = all; device->if_index != 0; ++device) names.insert(device->if_name);
  if_freenameindex(all);
  return names;
}

std::string setting(const std::string& path) {
  std::string value;
  std::ifstream(path) >> value;
  return value;
}

TEST(NetworkNamespaceTest, is_new_and_has_only_a_loopback_device_that_is_up) {
  run_isolated([] {
    const ino_t home = current_namespace();
    const NetworkNamespace space = NetworkNamespace::create("m");
    EXPECT_EQ(current_namespace(), home);
    struct stat status {};
    ASSERT_EQ(fstat(space.descriptor(), &status), 0);
    EXPECT_NE(status.st_ino, home);
    space.inside([&] {
      EXPECT_EQ(current_namespace(), status.st_ino);
      EXPECT_EQ(device_names().count("lo"), 1u);
      EXPECT_EQ(device_names().count("eth0"), 0u);
      ifaddrs* addresses = nullptr;
      ASSERT_EQ(getifaddrs(&addresses), 0);
      bool loopback_is_up = false;
      for (const ifaddrs* i = addresses; i != nullptr; i = i->ifa_next) {
        if (std::string(i->ifa_name) == "lo") loopback_is_up |= (i->ifa_flags & IFF_UP) != 0;
      }
      freeifaddrs(addresses);
      EXPECT_TRUE(loopback_is_up);
    });
    EXPECT_EQ(current_namespace(), home);
  });
}

TEST(NetworkNamespaceTest, inside_comes_back_also_when_its_body_throws) {
  run_isolated([] {
    const ino_t home = current_namespace();
    const NetworkNamespace space = NetworkNamespace::create("m");
    EXPECT_THROW(space.inside([] { throw std::runtime_error("no"); }), std::runtime_error);
    EXPECT_EQ(current_namespace(), home);
  });
}

TEST(NetworkNamespaceTest, a_moved_namespace_keeps_its_descriptor) {
  run_isolated([] {
    NetworkNamespace a = NetworkNamespace::create("a");
    const int descriptor = a.descriptor();
    NetworkNamespace b = std::move(a);
    EXPECT_EQ(b.descriptor(), descriptor);
    b.inside([] {});
    a = NetworkNamespace::create("c");
    b = std::move(a);
    b.inside([] {});
  });
}

TEST(AttachMachine, leaves_the_callers_namespace_as_it_was) {
  run_isolated([] {
    const auto before = device_names();
    const NetworkNamespace space = NetworkNamespace::create("m");
    const auto port = attach_machine(space, "m", 0x0a4d0101, PortKind::packet);
    EXPECT_EQ(device_names(), before);
    space.inside([] { EXPECT_EQ(device_names().count("eth0"), 1u); });
  });
}

TEST(AttachMachine, tunes_the_namespace_of_the_machine_only) {
  run_isolated([] {
    const std::string ipv6 = "/proc/sys/net/ipv6/conf/all/disable_ipv6";
    const std::string rto = "/proc/sys/net/ipv4/tcp_rto_max_ms";
    const std::string ipv6_before = setting(ipv6), rto_before = setting(rto);
    const NetworkNamespace space = NetworkNamespace::create("m");
    const auto port = attach_machine(space, "m", 0x0a4d0101);
    space.inside([&] {
      if (!ipv6_before.empty()) {
        EXPECT_EQ(setting(ipv6), "1");
      }
      if (!rto_before.empty()) {
        EXPECT_EQ(setting(rto), "1000");
      }
    });
    EXPECT_EQ(setting(ipv6), ipv6_before);
    EXPECT_EQ(setting(rto), rto_before);
  });
}

TEST(AttachMachine, sends_nothing_by_itself) {
  run_isolated([] {
    for (const PortKind kind : {PortKind::automatic, PortKind::packet}) {
      const NetworkNamespace space = NetworkNamespace::create("m");
      const auto port = attach_machine(space, "m", 0x0a4d0101, kind);
      std::array<std::byte, 2048> buffer;
      EXPECT_EQ(port->read(buffer), 0u);
    }
  });
}

TEST(AttachMachine, an_error_names_the_machine) {
  run_isolated([] {
    const NetworkNamespace space = NetworkNamespace::create("m");
    const auto first = attach_machine(space, "node n1", 0x0a4d0101, PortKind::packet);
    try {
      attach_machine(space, "node n1", 0x0a4d0101, PortKind::packet);  // eth0 is there
      FAIL() << "no error";
    } catch (const EnvironmentError& error) {
      EXPECT_NE(std::string(error.what()).find("node n1"), std::string::npos) << error.what();
      EXPECT_EQ(error.error, EEXIST);
    }
  });
}

TEST(Probes, packet_ports_work_wherever_namespaces_do) {
  run_isolated([] {
    EXPECT_EQ(probe_network_namespace(), "");
    EXPECT_EQ(probe_packet_ports(), "");
  });
}

TEST(Probes, tun_works_exactly_when_its_device_can_be_opened) {
  run_isolated([] {
    const Descriptor device(open("/dev/net/tun", O_RDWR | O_CLOEXEC));
    const std::string why = probe_tun();
    EXPECT_EQ(why.empty(), device.is_open()) << why;
    if (!device.is_open()) {
      EXPECT_NE(why.find("/dev/net/tun"), std::string::npos) << why;
    }
  });
}

}  // namespace
}  // namespace faultrig::live
