#include "harness/live/local/local_cluster.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "harness/errors.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/workers.hpp"
#include "harness/live/live_driver.hpp"
#include "tests/live/clock/clock_support.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;

// Three nodes of the echo system, or of another command.
class Rig {
 public:
  explicit Rig(
      std::vector<std::string> command = {}, PortKind ports = PortKind::automatic,
      const std::function<void(RunPlan&)>& ask = [](RunPlan&) {})
      : folder(RunFolder::create(scratch.path(), "test")) {
    plan.nodes = 3;
    plan.seed = 1;
    ask(plan);
    manifest.file = this_program();
    manifest.name = "echo";
    manifest.command = std::move(command);
    if (manifest.command.empty())
      manifest.command = {this_program(), "--role=echo-node", "{address}", "{port}", "{trace}"};
    cluster = make_local_cluster(plan, manifest, folder, scratch.path(), ports);
  }
  void start_all() {
    for (const NodeName& node : cluster->nodes()) cluster->start(node);
    ASSERT_TRUE(await([&] { return cluster->probe(1s).whole(); })) << log("n1");
  }
  std::string log(const std::string& node) const {
    std::string text;
    for (const std::string& line : last_lines(folder.node(node) / "log.txt", 100))
      text += line + "\n";
    return text;
  }

  ScratchFolder scratch;
  RunPlan plan;
  TargetManifest manifest;
  RunFolder folder;
  std::unique_ptr<LiveCluster> cluster;
};

std::string broken_pairs(const Connectivity& connectivity) {
  std::vector<std::string> pairs;
  for (const Connectivity::Broken& broken : connectivity.broken)
    pairs.push_back(broken.from + ">" + broken.to + ": " + broken.why);
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const std::string& pair : pairs) text += pair + "; ";
  return text;
}

class LocalClusterPorts : public testing::TestWithParam<PortKind> {};

TEST_P(LocalClusterPorts, everybody_reaches_everybody) {
  in_sandbox([] {
    Rig rig({}, GetParam());
    EXPECT_EQ(rig.cluster->probe(1s).pairs, 0u) << "nobody runs yet";
    rig.start_all();
    const Connectivity connectivity = rig.cluster->probe(10s);
    EXPECT_EQ(connectivity.pairs, 3u * 2 + 3 * 3);
    EXPECT_EQ(broken_pairs(connectivity), "");
    EXPECT_EQ(rig.log("n2"), "echo node up\n");
  });
}

INSTANTIATE_TEST_SUITE_P(ports, LocalClusterPorts,
                         testing::Values(PortKind::automatic, PortKind::packet));

TEST(local_cluster, a_cut_link_is_silent_and_heals) {
  in_sandbox([] {
    Rig rig;
    rig.start_all();
    LinkRule cut;
    cut.block = LinkRule::Block::drop;
    rig.cluster->set_link("n1", "n2", cut);
    EXPECT_EQ(rig.cluster->link("n1", "n2"), cut);
    EXPECT_EQ(broken_pairs(rig.cluster->probe(300ms)),
              "n1>n2: no answer within 300 ms; n2>n1: no answer within 300 ms; ")
        << "one way is enough for a connection to fail";
    EXPECT_GT(rig.cluster->counters("n1", "n2").dropped_by_cut, 0u);
    rig.cluster->heal_links();
    EXPECT_EQ(broken_pairs(rig.cluster->probe(10s)), "");
  });
}

TEST(local_cluster, kills_and_starts_again) {
  in_sandbox([] {
    Rig rig;
    rig.start_all();
    EXPECT_EQ(rig.cluster->kill("n3"), 1);
    EXPECT_EQ(rig.cluster->status("n3").state, NodeState::stopped);
    EXPECT_EQ(rig.cluster->probe(10s).pairs, 2u * 1 + 3 * 2);
    rig.cluster->start("n3");
    EXPECT_TRUE(await([&] { return rig.cluster->probe(1s).whole(); }));
    std::vector<TraceEvent> events;
    ASSERT_TRUE(await([&] {
      for (TraceEvent& event : rig.cluster->new_trace()) events.push_back(std::move(event));
      return events.size() >= 4;
    }));
    EXPECT_EQ(std::count_if(events.begin(), events.end(),
                            [](const TraceEvent& event) { return event.node == "n3"; }),
              2);
    EXPECT_EQ(events[0].event, "echo.up");
  });
}

TEST(local_cluster, a_paused_nodes_kernel_still_answers) {
  in_sandbox([] {
    Rig rig;
    rig.start_all();
    EXPECT_EQ(rig.cluster->pause("n1"), 1);
    EXPECT_EQ(rig.cluster->status("n1").state, NodeState::paused);
    EXPECT_EQ(rig.cluster->resume("n1"), 1);
    EXPECT_TRUE(rig.cluster->probe(10s).whole());
  });
}

TEST(local_cluster, nodes_know_each_other_by_name) {
  in_sandbox([] {
    Rig rig(
        {"/bin/sh", "-c", "hostname; getent hosts n3 c1 | tr -s ' '; ls /sys/class/net; exit 3"});
    rig.cluster->start("n2");
    ASSERT_TRUE(await([&] { return rig.cluster->status("n2").state == NodeState::exited; }));
    EXPECT_EQ(rig.cluster->status("n2").how, "exit 3");
    const std::string log = rig.log("n2");
    EXPECT_EQ(log.rfind("n2\n10.77.1.3 n3\n10.77.2.1 c1\n", 0), 0u) << log;
    EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 5) << "lo and one device: " << log;
  });
}

struct EchoCodec : ClientCodec {
  Value request(const Invocation& invocation) const override {
    return Value::map({{"type", "echo"}, {"value", invocation.value}});
  }
  Completion reply(const Invocation& invocation, const Value&) const override {
    return {Outcome::ok, invocation.value, std::nullopt};
  }
  bool is_idempotent(const Invocation&) const override { return false; }
};

struct NoFaults : FaultInjector {
  Completion apply(const Invocation&, Time) override { return {}; }
  void heal(Time) override {}
  const std::vector<FaultRecord>& records() const override { return none; }
  std::vector<FaultRecord> none;
};

TEST(local_cluster, client_links_can_be_cut) {
  in_sandbox([] {
    Rig rig;
    rig.start_all();
    std::vector<Event> events;
    InterpreterOptions options;
    options.workers = 3;
    options.nodes = rig.cluster->nodes();
    Interpreter interpreter(limit(30, clients(repeat(operation("write", 1)))), options, Random(1),
                            [&](const Event& event) { events.push_back(event); });
    const auto driver = make_live_driver(*rig.cluster, 300ms);
    EchoCodec codec;
    NoFaults injector;
    EXPECT_EQ(driver->drive(interpreter, codec, injector, {}), "");
    EXPECT_EQ(events.size(), 60u);
    for (const Event& event : events) EXPECT_TRUE(!event.error) << *event.error;

    // Worker 0 asks n1 from c1: the connection stands, so the request is sent and hangs.
    LinkRule cut;
    cut.block = LinkRule::Block::drop;
    rig.cluster->set_link("c1", "n1", cut);
    events.clear();
    interpreter.continue_with(each_thread(operation("write", 2)));
    EXPECT_EQ(driver->drive(interpreter, codec, injector, {}), "");
    int hung = 0;
    for (const Event& event : events) {
      if (event.node != "n1" || event.type == EventType::invoke) continue;
      ++hung;
      EXPECT_EQ(event.type, EventType::info);
      EXPECT_EQ(event.error, "timed-out: n1: no answer within 300 ms");
    }
    EXPECT_EQ(hung, 1);
    EXPECT_GT(rig.cluster->counters("c1", "n1").dropped_by_cut, 0u);
  });
}

TEST(local_cluster, a_clock_counts_for_those_who_read_it) {
  in_sandbox([] {
    Rig rig({}, PortKind::automatic, [](RunPlan& plan) { plan.faults = {"clock-jump"}; });
    rig.cluster->set_clock("n2", {1h});
    EXPECT_EQ(rig.cluster->clock_offset("n2"), 0ns) << "no program has it";
    rig.start_all();
    EXPECT_GT(rig.cluster->clock_offset("n2"), 59min);
    EXPECT_EQ(rig.cluster->clock_offset("n1"), 0ns);
    rig.cluster->kill("n2");
    rig.cluster->start("n2");
    EXPECT_GT(rig.cluster->clock_offset("n2"), 59min) << "it survives its programs";
    rig.cluster->set_clock("n2", {});
    EXPECT_EQ(rig.cluster->clock_offset("n2"), 0ns);
    EXPECT_TRUE(rig.cluster->remarks().empty());
    EXPECT_THROW(rig.cluster->clock_offset("n9"), UsageError);
  });
}

TEST(local_cluster, waits_follow_the_clock_where_the_plan_says_so) {
  in_sandbox([] {
    Rig rig({built_probe("waits"), "sliced", "3600000"}, PortKind::automatic, [](RunPlan& plan) {
      plan.faults = {"clock-jump"};
      plan.backend_options.try_emplace("local", "", "local").first->second.set("trap_waits", true);
    });
    rig.cluster->start("n1");
    ASSERT_TRUE(await([&] { return !rig.log("n1").empty(); }));
    rig.cluster->set_clock("n1", {1h});
    EXPECT_TRUE(await([&] { return rig.log("n1").ends_with("\nend\n"); })) << rig.log("n1");
    EXPECT_TRUE(rig.cluster->remarks().empty());
  });
}

TEST(local_cluster, nodes_have_been_up_for_different_times_unless_the_plan_says_no) {
  in_sandbox([] {
    const std::vector<std::string> command = {"/bin/sh", "-c", "cat /proc/uptime; exec sleep 1000"};
    for (const bool own : {true, false}) {
      Rig rig(command, PortKind::automatic, [&](RunPlan& plan) {
        plan.backend_options.try_emplace("local", "", "local").first->second.set("boot_times", own);
      });
      std::vector<double> times;
      for (const NodeName& node : rig.cluster->nodes()) {
        rig.cluster->start(node);
        ASSERT_TRUE(await([&] { return !rig.log(node).empty(); }));
        times.push_back(std::stod(rig.log(node)));
      }
      std::sort(times.begin(), times.end());
      // Drawn from four hundred days; else of this machine, read one after the other.
      constexpr double hour = 3'600;
      EXPECT_EQ(times[1] - times[0] > hour && times[2] - times[1] > hour, own);
    }
  });
}

TEST(local_cluster, refuses_what_does_not_exist) {
  in_sandbox([] {
    EXPECT_THROW(Rig({"/no/such/program"}), EnvironmentError);
    Rig rig;
    EXPECT_THROW(rig.cluster->kill("n4"), UsageError);
    EXPECT_THROW(rig.cluster->set_link("n1", "c9", LinkRule()), UsageError);
    EXPECT_EQ(rig.cluster->cannot(Capability::kill), "");
    EXPECT_NE(rig.cluster->cannot(Capability::disk).find("disk"), std::string::npos);
    EXPECT_THROW(rig.cluster->set_clock("n1", {1h}), EnvironmentError) << "nobody asked for it";
  });
}

}  // namespace
}  // namespace faultrig::live
