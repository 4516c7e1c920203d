#include "harness/live/docker/meeting.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <future>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;

const std::string word = "a word that nobody else knows";

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Bound to a port of the kernel's choice.
Descriptor any_port(std::uint16_t& port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  EXPECT_EQ(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), size), 0);
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return socket;
}

std::uint16_t free_port() {
  std::uint16_t port = 0;
  any_port(port);
  return port;
}

TEST(docker_meeting, both_sides_know_each_other_and_the_port_is_free_again) {
  const std::uint16_t port = free_port();
  auto seen = std::async(std::launch::async, [&] { return meet_client(port, word, 10s); });
  EXPECT_EQ(meet_helper({"127.0.0.1", port}, word, 10s), "");
  EXPECT_EQ(seen.get(), "127.0.0.1");
  // A node that does not ask for the port to be reused may begin at once.
  const Descriptor node(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  EXPECT_EQ(::bind(node.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
}

TEST(docker_meeting, a_stranger_is_not_taken_for_the_client) {
  const std::uint16_t port = free_port();
  auto seen = std::async(std::launch::async, [&] { return meet_client(port, word, 10s); });
  EXPECT_EQ(meet_helper({"127.0.0.1", port}, word.substr(1) + "?", 100ms),
            "somebody else listens there");
  EXPECT_EQ(meet_helper({"127.0.0.1", port}, word, 10s), "");
  EXPECT_EQ(seen.get(), "127.0.0.1");
}

TEST(docker_meeting, a_stranger_who_listens_is_told_nothing) {
  std::uint16_t port = 0;
  const Descriptor listener = any_port(port);
  ASSERT_EQ(::listen(listener.get(), 8), 0);
  auto heard = std::async(std::launch::async, [&] {
    const Descriptor peer(::accept(listener.get(), nullptr, nullptr));
    const std::string greeting(word.size(), 'x');
    (void)!::send(peer.get(), greeting.data(), greeting.size(), MSG_NOSIGNAL);
    char byte = 0;
    return ::recv(peer.get(), &byte, 1, 0);
  });
  EXPECT_EQ(meet_helper({"127.0.0.1", port}, word, 200ms), "somebody else listens there");
  EXPECT_LE(heard.get(), 0);
}

TEST(docker_meeting, says_why_nobody_was_met) {
  EXPECT_EQ(meet_helper({"127.0.0.1", free_port()}, word, 50ms), "Connection refused");
  EXPECT_EQ(meet_client(free_port(), word, 50ms), "");
  std::uint16_t port = 0;
  const Descriptor listener = any_port(port);
  ASSERT_EQ(::listen(listener.get(), 8), 0);
  EXPECT_THROW(meet_client(port, word, 50ms), EnvironmentError) << "the port is taken";
}

TEST(docker_meeting, an_arrival_is_seen_in_the_kernels_tables) {
  std::uint16_t port = 0;
  const Descriptor listener = any_port(port);
  ASSERT_EQ(::listen(listener.get(), 8), 0);
  EXPECT_EQ(arrivals(port, INADDR_LOOPBACK).size(), 0u);
  std::uint16_t own = 0;
  const Descriptor client = any_port(own);
  const sockaddr_in there = loopback(port);
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
  const std::vector<std::string> found = arrivals(port, INADDR_LOOPBACK);
  ASSERT_EQ(found.size(), 1u) << "nobody has accepted it yet";
  EXPECT_EQ(std::stoi(found[0], nullptr, 16), own);
  EXPECT_EQ(arrivals(port, INADDR_LOOPBACK + 1).size(), 0u);
}

}  // namespace
}  // namespace faultrig::live
