// The switch's thread with ports that are no devices: needs no namespace and no rights.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/switch.hpp"
#include "tests/live/switch/machines_support.hpp"
#include "tests/live/switch/packet_support.hpp"

namespace faultrig::live {
namespace {

constexpr Ipv4 a = 0x0a4d0101, b = 0x0a4d0102;

// One end of a socket pair; the test holds the other.
class SocketPort : public Port {
 public:
  explicit SocketPort(Descriptor socket) : socket_(std::move(socket)) {}
  int descriptor() const override { return socket_.get(); }
  std::size_t read(std::span<std::byte> buffer) override {
    const auto size = recv(socket_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
  }
  bool write(std::span<const std::byte> packet) override {
    return send(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) > 0;
  }

 private:
  Descriptor socket_;
};

// Readable at once, and then gone.
class BrokenPort : public Port {
 public:
  BrokenPort() : event_(eventfd(1, EFD_CLOEXEC)) {}
  int descriptor() const override { return event_.get(); }
  std::size_t read(std::span<std::byte>) override {
    throw EnvironmentError("cannot read from", "the device of broken", EBADFD);
  }
  bool write(std::span<const std::byte>) override { return true; }

 private:
  Descriptor event_;
};

struct Wire {
  std::unique_ptr<Port> port;
  Descriptor outside;
};

Wire make_wire() {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) != 0) {
    throw std::runtime_error("socketpair");
  }
  return {std::make_unique<SocketPort>(Descriptor(pair[0])), Descriptor(pair[1])};
}

void put(const Descriptor& outside, const Bytes& packet) {
  ASSERT_EQ(send(outside.get(), packet.data(), packet.size(), 0),
            static_cast<ssize_t>(packet.size()));
}

TEST(SwitchThread, serves_any_port) {
  Wire first = make_wire(), second = make_wire();
  Switch network(1);
  network.attach("a", a, std::move(first.port));
  network.attach("b", b, std::move(second.port));
  network.start();
  const Bytes packet = udp_packet(a, b, "hello");
  put(first.outside, packet);
  const std::string got = receive(second.outside);
  EXPECT_EQ(got, std::string(reinterpret_cast<const char*>(packet.data()), packet.size()));
}

TEST(SwitchThread, ends_also_while_packets_wait) {
  Wire first = make_wire(), second = make_wire();
  Switch network(1);
  network.attach("a", a, std::move(first.port));
  network.attach("b", b, std::move(second.port));
  network.set_rule(0, 1, {.delay = std::chrono::hours(1)});
  network.start();
  put(first.outside, udp_packet(a, b, "never"));
  EXPECT_TRUE(eventually([&] { return network.counters(0, 1).waiting == 1; }));
}

TEST(SwitchThread, heal_has_delivered_what_was_jammed_when_it_returns) {
  Wire first = make_wire(), second = make_wire();
  Switch network(1);
  network.attach("a", a, std::move(first.port));
  network.attach("b", b, std::move(second.port));
  network.start();
  network.set_rule(0, 1, {.block = LinkRule::Block::jam});
  put(first.outside, udp_packet(a, b, "held"));
  ASSERT_TRUE(eventually([&] { return network.counters(0, 1).jammed == 1; }));
  network.heal();
  network.set_rule(0, 1, {.block = LinkRule::Block::drop});
  EXPECT_EQ(network.counters(0, 1).forwarded, 1u);
  EXPECT_EQ(network.counters(0, 1).dropped_by_cut, 0u);
  EXPECT_TRUE(wait_readable(second.outside, std::chrono::milliseconds(0)));
}

TEST(SwitchThread, a_device_that_went_away_is_told_by_the_next_rule_and_stops_nobody) {
  Wire first = make_wire(), second = make_wire();
  Switch network(1);
  network.attach("a", a, std::move(first.port));
  network.attach("b", b, std::move(second.port));
  network.attach("broken", b + 1, std::make_unique<BrokenPort>());
  network.start();
  EXPECT_TRUE(eventually([&] {
    try {
      network.set_rule(2, 0, LinkRule{});
      return false;
    } catch (const EnvironmentError& error) {
      return error.error == EBADFD;
    }
  }));
  put(first.outside, udp_packet(a, b + 1, "to nobody"));
  ASSERT_TRUE(eventually([&] { return network.counters(0, 2).entered == 1; }));
  EXPECT_EQ(network.counters(0, 2).forwarded, 0u);
  put(first.outside, udp_packet(a, b, "still here"));
  EXPECT_FALSE(receive(second.outside).empty());
  EXPECT_NO_THROW(network.heal());
}

TEST(SwitchThread, refuses_misuse) {
  Wire first = make_wire(), second = make_wire();
  Switch network(1);
  network.attach("a", a, std::move(first.port));
  EXPECT_THROW(network.attach("twin", a, std::move(second.port)), EnvironmentError);
  network.start();
  EXPECT_THROW(network.start(), std::logic_error);
  EXPECT_THROW(network.attach("late", b, make_wire().port), std::logic_error);
  EXPECT_THROW(network.counters(0, 9), std::out_of_range);
}

}  // namespace
}  // namespace faultrig::live
