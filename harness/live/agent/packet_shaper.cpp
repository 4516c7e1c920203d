#include "harness/live/agent/packet_shaper.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>

#include "harness/errors.hpp"
#include "harness/live/switch/netlink.hpp"
#include "harness/live/switch/netlink_message.hpp"
#include "harness/live/switch/network_namespace.hpp"

namespace faultrig::live {
namespace {

constexpr int first_band = 1;  // behind the one for all other packets
constexpr int loopback = 1;    // the index of `lo` in every network namespace
constexpr std::uint32_t always = std::numeric_limits<std::uint32_t>::max();
// netem keeps packets in order only when it has a rate to keep; this one holds nobody up.
constexpr std::uint64_t no_rate_but_order = std::uint64_t{1} << 40;

// The upper half, as tc writes it in front of the colon; tc chooses from 8000 on by itself.
std::uint32_t handle_of(const std::string& table) {
  std::uint32_t sum = 2'166'136'261u;  // FNV-1a
  for (const char letter : table) sum = (sum ^ static_cast<unsigned char>(letter)) * 16'777'619u;
  return (0x1000 + sum % 0x6000) << 16;
}

// A class that no discipline has, so that it means nothing to any.
std::uint32_t copied_mark(const std::string& table) { return handle_of(table) | 0xfff0; }

NetlinkMessage request(std::uint16_t type, int flags, int device, std::uint32_t handle,
                       std::uint32_t parent) {
  NetlinkMessage message(type, static_cast<std::uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags));
  tcmsg head{};
  head.tcm_family = AF_UNSPEC;
  head.tcm_ifindex = device;
  head.tcm_handle = handle;
  head.tcm_parent = parent;
  message.append(&head, sizeof head);
  return message;
}

int add_prio(int device, std::uint32_t handle) {
  NetlinkMessage message =
      request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_EXCL, device, handle, TC_H_ROOT);
  message.attribute(TCA_KIND, std::string("prio"));
  const tc_prio_qopt options{TCQ_PRIO_BANDS, {}};  // every priority to band 0
  message.attribute(TCA_OPTIONS, &options, sizeof options);
  return ask_kernel(message.finish());
}

template <typename Number>
void put(NetlinkMessage& message, int type, Number number) {
  message.attribute(static_cast<std::uint16_t>(type), &number, sizeof number);
}

struct Netem {
  std::int64_t delay = 0, jitter = 0;  // nanoseconds
  std::uint64_t bytes_per_second = 0;
  std::uint32_t limit = 0;  // packets
  bool corrupts = false;
};

// Adds it, or changes what is there.
int set_netem(int device, std::uint32_t band, const Netem& netem) {
  NetlinkMessage message = request(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, device, 0, band);
  message.attribute(TCA_KIND, std::string("netem"));
  const auto options = message.open_attribute(TCA_OPTIONS);
  tc_netem_qopt head{};
  head.limit = netem.limit;
  message.append(&head, sizeof head);
  put(message, TCA_NETEM_LATENCY64, netem.delay);
  put(message, TCA_NETEM_JITTER64, netem.jitter);
  put(message, TCA_NETEM_CORRUPT, tc_netem_corrupt{netem.corrupts ? always : 0, 0});
  tc_netem_rate rate{};
  rate.rate = static_cast<std::uint32_t>(std::min<std::uint64_t>(netem.bytes_per_second, always));
  put(message, TCA_NETEM_RATE, rate);
  if (netem.bytes_per_second >= always) put(message, TCA_NETEM_RATE64, netem.bytes_per_second);
  message.close_attribute(options);
  return ask_kernel(message.finish());
}

Netem netem_for(const LinkRule& rule) {
  Netem netem;
  netem.delay = rule.delay.count();
  netem.jitter = rule.jitter.count();
  netem.limit = rule.queue_packets;
  netem.bytes_per_second = rule.rate_bits_per_second / 8;
  if (rule.rate_bits_per_second != 0) netem.bytes_per_second |= netem.bytes_per_second == 0;
  if (netem.bytes_per_second == 0 && netem.jitter != 0 && !rule.jitter_reorders)
    netem.bytes_per_second = no_rate_but_order;
  return netem;
}

// The index of the device from which packets to `peer` leave; nothing is sent.
int device_towards(Ipv4 peer) {
  const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(9);
  address.sin_addr.s_addr = htonl(peer);
  socklen_t size = sizeof address;
  if (!socket.is_open() ||
      ::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw EnvironmentError("cannot find", "the way to a peer", errno);
  ifaddrs* found = nullptr;
  if (::getifaddrs(&found) != 0) throw EnvironmentError("cannot list", "network devices", errno);
  const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(found, ::freeifaddrs);
  for (const ifaddrs* one = found; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr || one->ifa_addr->sa_family != AF_INET) continue;
    sockaddr_in own{};
    std::memcpy(&own, one->ifa_addr, sizeof own);
    if (own.sin_addr.s_addr == address.sin_addr.s_addr)
      return static_cast<int>(::if_nametoindex(one->ifa_name));
  }
  throw EnvironmentError("cannot find", "the network device towards a peer", ENODEV);
}

std::string name_of(int device) {
  char name[IF_NAMESIZE] = "?";
  ::if_indextoname(static_cast<unsigned>(device), name);
  return name;
}

// A discipline that somebody chose has a handle; the kernel's own choice has none.
bool has_chosen_discipline(int device) {
  NetlinkMessage message = request(RTM_GETQDISC, 0, device, 0, TC_H_ROOT);
  tcmsg root{};
  return ask_kernel(message.finish(), RTM_NEWQDISC, &root, sizeof root) == 0 &&
         root.tcm_handle != 0;
}

// Whether this kernel has all of it.
std::string kernel_obstacle(const std::string& table) {
  const std::uint32_t handle = handle_of(table);
  int error = add_prio(loopback, handle);
  if (error != 0)
    return fmt::format("the queueing discipline prio cannot be had: {}", std::strerror(error));
  Netem netem;
  netem.limit = 1;
  netem.corrupts = true;
  error = set_netem(loopback, handle | (first_band + 1), netem);
  if (error != 0)
    return fmt::format("the queueing discipline netem cannot be had: {}", std::strerror(error));
  FilterPlan plan;
  plan.table = table;
  plan.peers = {{"probe", 0x7f7f7f7f}};
  PacketFilter filter(plan);
  Steering steering;
  steering.duplicate = {1, 2};
  steering.copied = copied_mark(table);
  filter.steer("probe", steering);
  filter.set(FilterSide::from, "probe", LinkRule::Block::none, Ratio{1, 2});
  return "";
}

std::string tried(const std::string& table, ShaperTrial trial) {
  const std::string name = table + "_trial";
  std::string why;
  if (trial == ShaperTrial::elsewhere) {
    NetworkNamespace::create("a trial").inside([&] { why = kernel_obstacle(name); });
  } else {
    const PacketShaper remover(name, {});
    why = kernel_obstacle(name);
  }
  return why;
}

}  // namespace

PacketShaper::PacketShaper(std::string table, const std::vector<NamedAddress>& peers)
    : table_(std::move(table)) {
  for (const NamedAddress& peer : peers)
    ways_[peer.name] = {device_towards(peer.address), static_cast<int>(ways_.size())};
}

std::uint32_t PacketShaper::band(const Way& way, Lane lane) const {
  // Classes are counted from 1, bands from 0.
  return handle_of(table_) | static_cast<std::uint32_t>(first_band + way.number * lanes + lane + 1);
}

void PacketShaper::make_lane(const Way& way, Lane lane, const LinkRule& rule) {
  Netem netem = netem_for(rule);
  netem.corrupts = lane == corrupting;
  if (const int error = set_netem(way.device, band(way, lane), netem); error != 0)
    throw EnvironmentError("cannot set", "netem on device " + name_of(way.device), error);
}

void PacketShaper::remove_lane(const Way& way, Lane lane) {
  NetlinkMessage message = request(RTM_DELQDISC, 0, way.device, 0, band(way, lane));
  ask_kernel(message.finish());  // none there is as well
}

Steering PacketShaper::prepare(const std::string& peer, const LinkRule& rule) {
  const auto found = ways_.find(peer);
  if (found == ways_.end()) throw std::logic_error("packet shaper: no peer " + peer);
  const Way& way = found->second;
  Steering steering;
  steering.holds = rule.delay.count() != 0 || rule.jitter.count() != 0 || rule.rate_bits_per_second;
  steering.reorder = rule.reorder;
  steering.duplicate = rule.duplicate;
  steering.corrupt = rule.corrupt;
  steering.copied = copied_mark(table_);
  const bool wanted[lanes] = {steering.holds, !rule.corrupt.is_zero()};
  std::uint32_t* const bands[lanes] = {&steering.plain, &steering.corrupting};
  if (std::find(wanted, wanted + lanes, true) != wanted + lanes) {
    const int error = add_prio(way.device, handle_of(table_));
    if (error != 0 && error != EEXIST)
      throw EnvironmentError("cannot set", "prio on device " + name_of(way.device), error);
  }
  for (int lane = 0; lane < lanes; ++lane) {
    *bands[lane] = band(way, static_cast<Lane>(lane));
    if (wanted[lane]) make_lane(way, static_cast<Lane>(lane), rule);
    if (!wanted[lane]) remove_lane(way, static_cast<Lane>(lane));
  }
  return steering;
}

void PacketShaper::remove(const std::string& table) {
  struct if_nameindex* all = ::if_nameindex();
  if (all == nullptr) return;
  const std::unique_ptr<struct if_nameindex, void (*)(struct if_nameindex*)> owner(
      all, ::if_freenameindex);
  for (auto* one = all; one->if_index != 0; ++one) {
    // Refused where the root is not ours.
    NetlinkMessage message =
        request(RTM_DELQDISC, 0, static_cast<int>(one->if_index), handle_of(table), TC_H_ROOT);
    ask_kernel(message.finish());
  }
}

std::string PacketShaper::obstacle(const std::string& table, const std::vector<NamedAddress>& peers,
                                   ShaperTrial trial) {
  constexpr std::size_t most = (TCQ_PRIO_BANDS - first_band) / lanes;
  if (peers.size() > most)
    return fmt::format("a host can shape packets to {} others at most, here are {}", most,
                       peers.size());
  try {
    const PacketShaper shaper(table, peers);
    for (const auto& [name, way] : shaper.ways_) {
      if (way.device == loopback) return fmt::format("node {} is on the same host", name);
      if (has_chosen_discipline(way.device)) {
        return fmt::format(
            "device {} has a queueing discipline that somebody chose, which packet "
            "faults would replace (tc qdisc show; tc qdisc del dev {} root)",
            name_of(way.device), name_of(way.device));
      }
    }
    return tried(table, trial);
  } catch (const EnvironmentError& error) {
    return error.what();
  }
}

}  // namespace faultrig::live
