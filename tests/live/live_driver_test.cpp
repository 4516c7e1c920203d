#include "harness/live/live_driver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <stdexcept>

#include "checkers/history/history.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/workers.hpp"
#include "tests/live/loopback_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;

struct EchoCodec : ClientCodec {
  Value request(const Invocation& invocation) const override {
    return Value::map({{"type", invocation.f}, {"value", invocation.value}});
  }
  Completion reply(const Invocation& invocation, const Value& body) const override {
    if (body.string_or("type", "") == "error") return completion_of_error(*this, invocation, body);
    return {Outcome::ok, invocation.value, std::nullopt};
  }
  bool is_idempotent(const Invocation& invocation) const override { return invocation.f == "read"; }
};

struct RecordingInjector : FaultInjector {
  Completion apply(const Invocation& operation, Time) override {
    applied.push_back(operation.f);
    if (operation.f == "explode") throw std::runtime_error("planted");
    return {Outcome::ok, Value(), std::nullopt};
  }
  void heal(Time) override {}
  const std::vector<FaultRecord>& records() const override { return none; }
  std::vector<std::string> applied;
  std::vector<FaultRecord> none;
};

class LiveDriverTest : public testing::Test {
 protected:
  // Drives the generator to its end with `workers` clients; the events go to `events`.
  std::string drive(ClientNetwork& network, int workers, GeneratorPtr generator,
                    std::chrono::milliseconds timeout = 60s,
                    const std::function<std::string()>& should_stop = {}) {
    InterpreterOptions options;
    options.workers = workers;
    options.nodes = {"n1", "n2"};
    Interpreter interpreter(std::move(generator), options, Random(1),
                            [&](const Event& event) { events.push_back(event); });
    const auto driver = make_live_driver(network, timeout);
    return driver->drive(interpreter, codec, injector, should_stop);
  }
  std::size_t count(EventType type) const {
    return static_cast<std::size_t>(std::count_if(
        events.begin(), events.end(), [&](const Event& event) { return event.type == type; }));
  }

  EchoCodec codec;
  RecordingInjector injector;
  std::vector<Event> events;
};

void echo(Peer& peer, int) {
  for (std::string line; !(line = peer.read_line()).empty();) peer.write(answer_to(line));
}

TEST_F(LiveDriverTest, carries_operations_of_many_clients_at_once) {
  LoopbackServer server(echo, true);
  EXPECT_EQ(drive(server, 10, limit(2000, clients(repeat(operation("write", 1))))), "");
  EXPECT_EQ(count(EventType::invoke), 2000u);
  EXPECT_EQ(count(EventType::ok), 2000u);
  EXPECT_EQ(history_from(events).operations().size(), 2000u);
  std::set<ProcessId> processes;
  for (const Event& event : events) processes.insert(event.process);
  EXPECT_EQ(processes.size(), 10u) << "no process was retired";
}

TEST_F(LiveDriverTest, waits_for_operations_in_the_future) {
  LoopbackServer server(echo, true);
  EXPECT_EQ(drive(server, 2, delay(20ms, limit(10, clients(repeat(operation("write", 1)))))), "");
  ASSERT_EQ(count(EventType::ok), 10u);
  EXPECT_GE(events.back().time, 9 * 20ms);
}

TEST_F(LiveDriverTest, a_broken_request_is_info_and_the_process_is_retired) {
  LoopbackServer server([](Peer& peer, int) { peer.read_line(); }, true);
  EXPECT_EQ(drive(server, 1, limit(3, clients(repeat(operation("write", 1))))), "");
  ASSERT_EQ(count(EventType::info), 3u);
  EXPECT_EQ(events[1].error, "broken: n1: connection closed by the node");
  EXPECT_EQ(events[2].process, 1);
  EXPECT_EQ(events[4].process, 2);
}

TEST_F(LiveDriverTest, a_refused_request_is_fail_and_the_process_goes_on) {
  std::uint16_t port = 0;
  const Descriptor held = hold_port(port, -1);
  struct Refused : LoopbackServer {
    using LoopbackServer::LoopbackServer;
    NodeAddress address_of(const std::string&) const override { return {"127.0.0.1", refused}; }
    std::uint16_t refused = 0;
  } server(echo);
  server.refused = port;
  EXPECT_EQ(drive(server, 1, limit(3, clients(repeat(operation("write", 1))))), "");
  EXPECT_EQ(count(EventType::fail), 3u);
  EXPECT_EQ(events.back().process, 0);
}

TEST_F(LiveDriverTest, a_malformed_answer_is_info_with_its_text) {
  LoopbackServer server(
      [](Peer& peer, int) {
        peer.read_line();
        peer.write("no such command\n");
        peer.wait_for_end();
      },
      true);
  EXPECT_EQ(drive(server, 1, limit(1, clients(repeat(operation("write", 1))))), "");
  ASSERT_EQ(count(EventType::info), 1u);
  EXPECT_NE(events[1].error->find("no such command"), std::string::npos) << *events[1].error;
}

TEST_F(LiveDriverTest, performs_nemesis_operations_itself) {
  LoopbackServer server(echo, true);
  const GeneratorPtr faults = limit(2, repeat(operation("start-partition")));
  const GeneratorPtr load = limit(5, repeat(operation("write", 1)));
  EXPECT_EQ(drive(server, 2, clients_and_nemesis(load, faults)), "");
  EXPECT_EQ(injector.applied, (std::vector<std::string>{"start-partition", "start-partition"}));
  EXPECT_EQ(count(EventType::ok), 5u);
}

TEST_F(LiveDriverTest, stops_when_asked_although_nothing_answers) {
  LoopbackServer server([](Peer& peer, int) { peer.wait_for_end(); }, true);
  const auto should_stop = [&]() -> std::string {
    return count(EventType::invoke) == 3 ? "interrupted" : "";
  };
  EXPECT_EQ(drive(server, 3, clients(repeat(operation("write", 1))), 60s, should_stop),
            "interrupted");
  EXPECT_EQ(count(EventType::info), 3u) << "what was in flight is abandoned";
}

TEST_F(LiveDriverTest, asks_whether_to_stop_while_it_waits) {
  LoopbackServer server(echo, true);
  int asked = 0;
  const auto should_stop = [&]() -> std::string { return ++asked == 4 ? "enough" : ""; };
  EXPECT_EQ(drive(server, 1, faultrig::sleep(Duration(1h)), 60s, should_stop), "enough");
}

TEST_F(LiveDriverTest, leaves_nothing_in_flight_after_an_exception) {
  LoopbackServer server([](Peer& peer, int) { peer.wait_for_end(); }, true);
  InterpreterOptions options;
  options.nodes = {"n1"};
  const auto driver = make_live_driver(server, 60s);
  Interpreter first(clients_and_nemesis(operation("write", 1),
                                        sequence({faultrig::sleep(20ms), operation("explode")})),
                    options, Random(1), [](const Event&) {});
  EXPECT_THROW(driver->drive(first, codec, injector, {}), std::runtime_error);
  Interpreter second(faultrig::sleep(1ms), options, Random(1), [](const Event&) {});
  EXPECT_EQ(driver->drive(second, codec, injector, {}), "");
}

}  // namespace
}  // namespace faultrig::live
