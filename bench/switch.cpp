// The switch, measured with real sockets between two machines that this program makes: small
// packets per second, round trip, accuracy of an added delay, and how a connection takes a cut of 5
// s. Needs root or a user namespace: unshare --user --map-root-user --net build/.../bench_switch
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "harness/live/switch/switch.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// One port a measurement, so that stragglers of one do not meet the sockets of the next.
constexpr std::uint16_t rate_port = 7001, echo_port = 7002, cut_port = 7003;

void must(bool worked, const char* what) {
  if (!worked) throw std::system_error(errno, std::generic_category(), what);
}

class TwoMachines {
 public:
  explicit TwoMachines(PortKind kind) : network_(1) {
    for (PortId i = 0; i < 2; ++i) {
      const std::string name = i == 0 ? "a" : "b";
      spaces_.push_back(NetworkNamespace::create(name));
      network_.attach(name, 0x0a4d0101 + i, attach_machine(spaces_[i], name, 0x0a4d0101 + i, kind));
    }
    network_.start();
  }
  Switch& network() { return network_; }

  Descriptor socket(PortId machine, int type, std::uint16_t port) {
    Descriptor made;
    spaces_[machine].inside([&] { made = Descriptor(::socket(AF_INET, type | SOCK_CLOEXEC, 0)); });
    must(made.is_open(), "socket");
    const int on = 1;
    setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    const sockaddr_in here = address(machine, port);
    must(bind(made.get(), reinterpret_cast<const sockaddr*>(&here), sizeof here) == 0, "bind");
    return made;
  }
  void connect_to(const Descriptor& from, PortId machine, std::uint16_t port) {
    const sockaddr_in there = address(machine, port);
    must(connect(from.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there) == 0,
         "connect");
  }

 private:
  static sockaddr_in address(PortId machine, std::uint16_t port) {
    sockaddr_in internet{};
    internet.sin_family = AF_INET;
    internet.sin_port = htons(port);
    internet.sin_addr.s_addr = htonl(0x0a4d0101 + machine);
    return internet;
  }
  std::vector<NetworkNamespace> spaces_;
  Switch network_;
};

double microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

double percentile(std::vector<double>& values, double part) {
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(part * static_cast<double>(values.size())))];
}

// CPU seconds of the thread called "switch" in this process.
double switch_cpu_seconds() {
  for (const auto& task : std::filesystem::directory_iterator("/proc/self/task")) {
    std::string name;
    std::getline(std::ifstream(task.path() / "comm") >> std::ws, name);
    if (name != "switch") continue;
    long long nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    return static_cast<double>(nanoseconds) / 1e9;
  }
  return 0;
}

// Counts what arrives at a socket until it is shut down.
class Counter {
 public:
  explicit Counter(Descriptor socket) : socket_(std::move(socket)), thread_([this] { run(); }) {}
  ~Counter() {
    shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::uint64_t count() const { return count_; }

 private:
  void run() {
    constexpr unsigned batch = 64;
    std::array<std::array<char, 64>, batch> buffers;
    std::array<iovec, batch> places;
    std::array<mmsghdr, batch> messages{};
    for (unsigned i = 0; i < batch; ++i) {
      places[i] = {buffers[i].data(), buffers[i].size()};
      messages[i].msg_hdr.msg_iov = &places[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    while (true) {
      const int got = recvmmsg(socket_.get(), messages.data(), batch, MSG_WAITFORONE, nullptr);
      // A socket that was shut down gives empty messages for ever.
      if (got <= 0 || messages[0].msg_len == 0) return;
      count_ += static_cast<std::uint64_t>(got);
    }
  }
  Descriptor socket_;
  std::atomic<std::uint64_t> count_ = 0;
  std::thread thread_;
};

// A sender as fast as it can, a receiver and the switch share the machine's cores. `reader` off:
// the receiving socket overflows and the receiver's core is left to the others.
void measure_packet_rate(TwoMachines& machines, bool reader) {
  const Descriptor sender = machines.socket(0, SOCK_DGRAM, rate_port);
  Descriptor receiver = machines.socket(1, SOCK_DGRAM, rate_port);
  machines.connect_to(sender, 1, rate_port);
  std::optional<Counter> counter;
  if (reader) counter.emplace(std::move(receiver));
  const LinkCounters before = machines.network().counters(0, 1);
  const double cpu_before = switch_cpu_seconds();
  const auto start = Clock::now();
  const std::array<char, 64> payload{};
  while (Clock::now() - start < 3s) {
    for (int i = 0; i < 64; ++i) send(sender.get(), payload.data(), payload.size(), MSG_DONTWAIT);
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const double cpu = switch_cpu_seconds() - cpu_before;
  const LinkCounters after = machines.network().counters(0, 1);
  const auto moved = static_cast<double>(after.forwarded - before.forwarded);
  fmt::print("  UDP 64 B, {}: {:.0f}/s forwarded", reader ? "with a receiver" : "nobody receives",
             moved / seconds);
  if (counter) fmt::print(", {:.0f}/s received", static_cast<double>(counter->count()) / seconds);
  fmt::print(", {:.0f} per CPU second of the switch\n", moved / cpu);
}

class Echo {
 public:
  explicit Echo(TwoMachines& machines)
      : socket_(machines.socket(1, SOCK_DGRAM, echo_port)), thread_([this] { run(); }) {}
  ~Echo() {
    shutdown(socket_.get(), SHUT_RDWR);
    thread_.join();
  }

 private:
  void run() {
    std::array<char, 2048> buffer;
    while (true) {
      sockaddr_in who{};
      socklen_t size = sizeof who;
      const auto got = recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                reinterpret_cast<sockaddr*>(&who), &size);
      if (got <= 0) return;
      sendto(socket_.get(), buffer.data(), static_cast<std::size_t>(got), 0,
             reinterpret_cast<const sockaddr*>(&who), sizeof who);
    }
  }
  Descriptor socket_;
  std::thread thread_;
};

// Sleeps `pause` before each, so that the cores are as idle as they are while a packet is delayed.
std::vector<double> round_trips(const Descriptor& socket, int count, Clock::duration pause = {}) {
  std::vector<double> all;
  std::array<char, 64> payload{};
  for (int i = 0; i < count; ++i) {
    if (pause != Clock::duration{}) std::this_thread::sleep_for(pause);
    const auto start = Clock::now();
    must(send(socket.get(), payload.data(), payload.size(), 0) > 0, "send");
    must(recv(socket.get(), payload.data(), payload.size(), 0) > 0, "recv");
    all.push_back(microseconds(Clock::now() - start));
  }
  return all;
}

void measure_round_trip_and_delay(TwoMachines& machines) {
  const Echo echo(machines);
  const Descriptor socket = machines.socket(0, SOCK_DGRAM, echo_port);
  machines.connect_to(socket, 1, echo_port);
  round_trips(socket, 200);  // warm up
  auto clear = round_trips(socket, 10'000);
  fmt::print("  round trip without rules: p50 {:.3f} ms, p99 {:.3f} ms\n",
             percentile(clear, 0.5) / 1000, percentile(clear, 0.99) / 1000);
  for (const auto delay : {1ms, 5ms, 20ms}) {
    const int count = static_cast<int>(4s / delay);
    auto idle = round_trips(socket, count / 2, delay);
    LinkRule rule;
    rule.delay = delay;
    machines.network().set_rule(0, 1, rule);
    auto late = round_trips(socket, count);
    machines.network().heal();
    const double wanted = microseconds(delay) + percentile(idle, 0.5);
    fmt::print(
        "  delay {} ms one way: p50 {:+.3f} ms, p99 {:+.3f} ms beyond the rule and the round trip "
        "of machines as idle (p50 {:.3f}, p99 {:.3f} ms)\n",
        delay.count(), (percentile(late, 0.5) - wanted) / 1000,
        (percentile(late, 0.99) - wanted) / 1000, percentile(idle, 0.5) / 1000,
        percentile(idle, 0.99) / 1000);
  }
}

// A port without a device: packets come from a socket and end as the moment at which they were
// written.
class StopwatchPort : public Port {
 public:
  StopwatchPort(Descriptor socket, std::vector<Clock::time_point>& written)
      : socket_(std::move(socket)), written_(written) {}
  int descriptor() const override { return socket_.get(); }
  std::size_t read(std::span<std::byte> buffer) override {
    const auto size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  bool write(std::span<const std::byte>) override {
    written_.push_back(Clock::now());
    return true;
  }

 private:
  Descriptor socket_;
  std::vector<Clock::time_point>& written_;  // by the switch's thread; read when it has ended
};

// From just before a packet is handed to the switch until the switch writes it: without the waking
// of the programs at both ends, which a busy machine delays much more.
void measure_lateness_of_switch() {
  for (const auto delay : {1ms, 5ms, 20ms}) {
    std::vector<Clock::time_point> sent, written, unused;
    const auto count = static_cast<std::size_t>(4s / delay);
    written.reserve(count);
    {
      int pair[2], other[2];
      must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) == 0, "socketpair");
      must(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, other) == 0, "socketpair");
      const Descriptor sender(pair[1]), idle(other[1]);
      Switch network(1);
      network.attach("a", 1, std::make_unique<StopwatchPort>(Descriptor(pair[0]), unused));
      network.attach("b", 2, std::make_unique<StopwatchPort>(Descriptor(other[0]), written));
      network.start();
      LinkRule rule;
      rule.delay = delay;
      network.set_rule(0, 1, rule);
      std::array<unsigned char, 28> packet{0x45, 0, 0, 28};
      packet[19] = 2;  // the destination 0.0.0.2
      for (std::size_t i = 0; i < count; ++i) {
        sent.push_back(Clock::now());
        must(send(sender.get(), packet.data(), packet.size(), 0) == 28, "send");
        std::this_thread::sleep_for(delay);
      }
      while (network.counters(0, 1).forwarded < count) std::this_thread::sleep_for(delay);
    }
    std::vector<double> late;
    for (std::size_t i = 0; i < count; ++i) {
      late.push_back(microseconds(written[i] - sent[i] - delay));
    }
    fmt::print(
        "  delay {} ms in the switch alone: p50 {:+.3f} ms, p99 {:+.3f} ms beyond the rule\n",
        delay.count(), percentile(late, 0.5) / 1000, percentile(late, 0.99) / 1000);
  }
  std::fflush(stdout);
}

void measure_cut(TwoMachines& machines) {
  const Descriptor listener = machines.socket(1, SOCK_STREAM, cut_port);
  must(listen(listener.get(), 1) == 0, "listen");
  const Descriptor client = machines.socket(0, SOCK_STREAM, cut_port);
  machines.connect_to(client, 1, cut_port);
  const Descriptor server(accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  must(server.is_open(), "accept");
  LinkRule cut;
  cut.block = LinkRule::Block::drop;
  machines.network().set_rule(0, 1, cut);
  machines.network().set_rule(1, 0, cut);
  must(send(client.get(), "during", 6, MSG_NOSIGNAL) == 6, "send");
  pollfd both[] = {{server.get(), POLLIN, 0}, {client.get(), POLLIN, 0}};
  const bool hung = poll(both, 2, 5000) == 0;
  machines.network().heal();
  const auto healed = Clock::now();
  const bool resumed = poll(both, 1, 30'000) == 1;
  fmt::print("  TCP across a cut of 5 s: {}; {} {:.0f} ms after healing\n",
             hung ? "hung without an error" : "BROKE", resumed ? "went on" : "DID NOT GO ON",
             microseconds(Clock::now() - healed) / 1000);
}

void measure(PortKind kind) {
  fmt::print("{} ports\n", kind == PortKind::tun ? "tun" : "packet");
  try {
    TwoMachines machines(kind);
    measure_packet_rate(machines, true);
    measure_packet_rate(machines, false);
    measure_round_trip_and_delay(machines);
    measure_cut(machines);
  } catch (const EnvironmentError& error) {
    fmt::print("  not measured: {}\n", error.what());
  }
  std::fflush(stdout);
}

}  // namespace
}  // namespace faultrig::live

int main() {
  fmt::print("without devices\n");
  faultrig::live::measure_lateness_of_switch();
  faultrig::live::measure(faultrig::live::PortKind::tun);
  faultrig::live::measure(faultrig::live::PortKind::packet);
}
