#include "harness/live/rpc_client.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <optional>

#include "tests/live/loopback_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;

// No test waits for this; it only has to come when nothing else does.
constexpr auto patient = 60s;

// Leads to a fixed port of loopback.
struct FixedPort : ClientNetwork {
  int open_client_socket(int) override {
    return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  }
  NodeAddress address_of(const std::string&) const override { return {"127.0.0.1", port}; }
  std::uint16_t port = 0;
};

class Caller {
 public:
  Caller(ClientNetwork& network, std::chrono::milliseconds timeout)
      : client_(loop_, network, 0, timeout) {}

  RpcResult call(Value body = Value::map({{"type", "echo"}})) {
    std::optional<RpcResult> result;
    client_.call(7, "n1", body, [&](const RpcResult& got) { result = got; });
    loop_.restart();
    while (!result) loop_.run_one();
    return *result;
  }
  boost::asio::io_context& loop() { return loop_; }
  RpcClient& client() { return client_; }

 private:
  boost::asio::io_context loop_;
  RpcClient client_;
};

std::string type_of(const RpcResult& result) {
  const auto* body = std::get_if<Value>(&result);
  return body == nullptr ? "no answer" : body->string_or("type", "");
}

std::optional<TransportFailure> failure_of(const RpcResult& result) {
  const auto* failure = std::get_if<RpcFailure>(&result);
  return failure == nullptr ? std::nullopt : std::optional(failure->failure);
}

std::string malformed_in(const RpcResult& result) {
  const auto* malformed = std::get_if<RpcMalformed>(&result);
  return malformed == nullptr ? "" : malformed->what;
}

TEST(rpc_client, sends_one_line_and_takes_the_answer) {
  std::string seen;
  LoopbackServer server([&](Peer& peer, int) {
    seen = peer.read_line();
    peer.write(answer_to(seen));
    peer.wait_for_end();
  });
  {
    Caller caller(server, patient);
    EXPECT_EQ(type_of(caller.call()), "echo_ok");
  }
  EXPECT_EQ(seen, R"({"body":{"msg_id":1,"type":"echo"},"dest":"n1","src":"c7"})");
}

TEST(rpc_client, keeps_one_connection_for_many_requests) {
  LoopbackServer server([](Peer& peer, int number) {
    EXPECT_EQ(number, 0);
    for (std::string line; !(line = peer.read_line()).empty();) peer.write(answer_to(line));
  });
  Caller caller(server, patient);
  for (int i = 0; i < 100; ++i) ASSERT_EQ(type_of(caller.call()), "echo_ok");
}

TEST(rpc_client, refused_is_not_sent) {
  FixedPort network;
  const Descriptor held = hold_port(network.port, -1);
  Caller caller(network, patient);
  const RpcResult result = caller.call();
  EXPECT_EQ(failure_of(result), TransportFailure::not_sent);
  EXPECT_EQ(std::get<RpcFailure>(result).detail, "n1: cannot connect: Connection refused");
}

TEST(rpc_client, a_connection_that_hangs_is_not_sent) {
  FixedPort network;
  const Descriptor held = hold_port(network.port, 0);
  // Fills the queue of connections that nobody accepts: further ones are not answered.
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(network.port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::vector<Descriptor> fillers;
  for (int i = 0; i < 4; ++i) {
    fillers.emplace_back(network.open_client_socket(0));
    ::connect(fillers.back().get(), reinterpret_cast<sockaddr*>(&address), sizeof address);
  }
  Caller caller(network, 50ms);
  const RpcResult result = caller.call();
  EXPECT_EQ(failure_of(result), TransportFailure::not_sent);
  EXPECT_EQ(std::get<RpcFailure>(result).detail, "n1: not connected within 50 ms");
}

TEST(rpc_client, silence_is_timed_out) {
  LoopbackServer server([](Peer& peer, int) { peer.wait_for_end(); });
  Caller caller(server, 50ms);
  const RpcResult result = caller.call();
  EXPECT_EQ(failure_of(result), TransportFailure::timed_out);
  EXPECT_EQ(std::get<RpcFailure>(result).detail, "n1: no answer within 50 ms");
}

TEST(rpc_client, an_end_after_the_request_is_broken_and_the_next_request_opens_anew) {
  LoopbackServer server([](Peer& peer, int number) {
    const std::string line = peer.read_line();
    if (number == 0) return;
    peer.write(answer_to(line));
    peer.wait_for_end();
  });
  Caller caller(server, patient);
  EXPECT_EQ(failure_of(caller.call()), TransportFailure::broken);
  EXPECT_EQ(type_of(caller.call()), "echo_ok");
}

TEST(rpc_client, a_connection_that_ended_between_requests_costs_none) {
  LoopbackServer server([](Peer& peer, int) { peer.write(answer_to(peer.read_line())); });
  Caller caller(server, patient);
  EXPECT_EQ(type_of(caller.call()), "echo_ok");
  while (caller.loop().run_one_for(50ms) == 0) {
  }  // until the end has been seen
  EXPECT_EQ(type_of(caller.call()), "echo_ok");
}

TEST(rpc_client, garbage_is_shown) {
  LoopbackServer server([](Peer& peer, int number) {
    peer.read_line();
    peer.write(number == 0 ? "HTTP/1.0 400 Bad Request\n"
                           : R"({"src":"n1","dest":"c7","body":{"type":"echo_ok"}})"
                             "\n");
    peer.wait_for_end();
  });
  Caller caller(server, patient);
  EXPECT_NE(malformed_in(caller.call()).find("HTTP/1.0 400 Bad Request"), std::string::npos);
  EXPECT_NE(malformed_in(caller.call()).find("without in_reply_to"), std::string::npos);
}

TEST(rpc_client, answers_to_other_requests_are_ignored) {
  LoopbackServer server([](Peer& peer, int) {
    const std::string line = peer.read_line();
    peer.write(R"({"src":"n1","dest":"c7","body":{"type":"old","in_reply_to":0}})"
               "\n\n");
    peer.write(answer_to(line));
    peer.wait_for_end();
  });
  Caller caller(server, patient);
  EXPECT_EQ(type_of(caller.call()), "echo_ok");
}

TEST(rpc_client, a_late_answer_is_not_taken_for_the_next) {
  LoopbackServer server(
      [](Peer& peer, int number) {
        const std::string line = peer.read_line();
        if (number == 0) peer.wait_for_end();  // the client has given up
        peer.write(answer_to(line, number == 0 ? "late" : "in_time"));
        peer.wait_for_end();
      },
      true);
  Caller caller(server, 1s);
  EXPECT_EQ(failure_of(caller.call()), TransportFailure::timed_out);
  EXPECT_EQ(type_of(caller.call()), "in_time");
}

TEST(rpc_client, an_answer_may_come_in_pieces_and_a_request_be_large) {
  const std::string large(8 << 20, 'x');
  LoopbackServer server([&](Peer& peer, int) {
    const std::string line = peer.read_line();
    EXPECT_GT(line.size(), large.size());
    for (const char c : answer_to(line)) peer.write(std::string(1, c));
    peer.wait_for_end();
  });
  Caller caller(server, patient);
  EXPECT_EQ(type_of(caller.call(Value::map({{"type", "echo"}, {"text", large}}))), "echo_ok");
}

TEST(rpc_client, disconnect_forgets_the_request) {
  LoopbackServer server([](Peer& peer, int) { peer.wait_for_end(); });
  Caller caller(server, patient);
  caller.client().call(7, "n1", Value::map({{"type", "echo"}}),
                       [](const RpcResult&) { ADD_FAILURE() << "was forgotten"; });
  caller.loop().poll();
  caller.client().disconnect();
  caller.loop().restart();
  caller.loop().run();  // returns because nothing is left to wait for
}

}  // namespace
}  // namespace faultrig::live
