#include "tests/docker/far_place_support.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "harness/live/switch/device.hpp"
#include "harness/live/switch/netlink.hpp"

namespace faultrig::docker {
namespace {

using live::Ipv4;
constexpr Ipv4 engine_end = 0x0a4d4201, our_end = 0x0a4d4202, netmask = 0xffffff00;  // 10.77.66.x

void give_address(const std::string& name, Ipv4 address) {
  live::Device device(name, "a far place");
  device.set_address(address, netmask);
  device.bring_up(true);
}

}  // namespace

FarPlace::FarPlace(const PrivateEngine& engine)
    : space_(live::NetworkNamespace::create("a far place")) {
  const auto engines = live::NetworkNamespace::of_process(engine.pid(), "the engine");
  space_.inside([&] {
    live::make_veth_pair("cable", "cable", engines.descriptor(), "a far place");
    give_address("cable", our_end);
  });
  engines.inside([] { give_address("cable", engine_end); });
}

std::vector<std::string> FarPlace::command(std::vector<std::string> words) const {
  const std::string space = fmt::format("/proc/{}/fd/{}", ::getpid(), space_.descriptor());
  words.insert(words.begin(), {"nsenter", "--net=" + space, "--"});
  return words;
}

}  // namespace faultrig::docker
