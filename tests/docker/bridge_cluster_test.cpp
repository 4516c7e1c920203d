// Containers on a bridge network of the engine's: the cluster by itself. The test is where the
// engine is, so that it goes to nodes without leaving the bridge, but for what is said of ports.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "harness/errors.hpp"
#include "harness/live/docker/meeting.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "tests/docker/rig_support.hpp"

namespace faultrig::docker {
namespace {

using namespace std::chrono_literals;

void set(Rig& rig, const std::string& name, const std::string& text) {
  auto& options = rig.plan.backend_options;
  if (!options.contains("docker")) options.emplace("docker", Options("plan.toml", "docker"));
  options.at("docker").set(name, Value(text));
}

void beside(const PrivateEngine& engine, const std::function<void()>& body) {
  live::NetworkNamespace::of_process(engine.pid(), "the engine").inside(body);
}

LinkRule blocked(LinkRule::Block how) {
  LinkRule rule;
  rule.block = how;
  return rule;
}

pid_t helper_process(const std::string& node) {
  for (const pid_t process : end_to_end::processes_with("faultrig_helper")) {
    const std::string name = "/proc/" + std::to_string(process) + "/environ";
    if (read_file(name).find("HOSTNAME=" + node) != std::string::npos) return process;
  }
  return -1;
}

TEST(docker_bridge, nodes_are_up_know_each_other_and_are_gone_at_the_end) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  beside(engine, [&] {
    {
      Rig rig;
      set(rig, "network", "bridge");
      rig.start_all();
      EXPECT_EQ(engine.containers().size(), 6u) << "a node, and its helper";
      EXPECT_EQ(engine.things().size(), 6u + 1 + 3) << "a network, and a volume for each node";
      const Connectivity connectivity = rig.cluster->probe(10s);
      EXPECT_EQ(connectivity.pairs, 3u * 2 + 3);
      EXPECT_EQ(broken_pairs(connectivity), "");
      EXPECT_TRUE(await([&] { return rig.log("n2").find("an error") != std::string::npos; }));
      EXPECT_TRUE(says(rig.log("n2"), "start 1 on n2\n"));
      EXPECT_TRUE(says(rig.log("n2"), " n3\n")) << "names stand in /etc/hosts";
      EXPECT_TRUE(says(rig.log("n2"), " c1\n"));
      std::vector<TraceEvent> events;
      EXPECT_TRUE(await([&] {
        for (TraceEvent& event : rig.cluster->new_trace()) events.push_back(std::move(event));
        return events.size() == 3;
      })) << "traces are copied here";
      EXPECT_EQ(rig.cluster->remarks().size(), 1u) << "no port is published";
    }
    EXPECT_EQ(engine.things(), std::vector<std::string>{});
  });
}

TEST(docker_bridge, cuts_are_one_way_silent_or_refusing_counted_and_heal) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  beside(engine, [&] {
    Rig rig;
    set(rig, "network", "bridge");
    rig.start_all();
    live::LiveCluster& cluster = *rig.cluster;
    cluster.set_link("n1", "n2", blocked(LinkRule::Block::drop));
    EXPECT_EQ(broken_pairs(cluster.probe(300ms)), "n1>n2 n2>n1 ")
        << "one way is enough for a connection to fail";
    EXPECT_GT(cluster.counters("n1", "n2").dropped_by_cut, 0u);
    EXPECT_EQ(cluster.counters("n2", "n1").dropped_by_cut, 0u);
    cluster.set_link("c1", "n3", blocked(LinkRule::Block::drop));
    EXPECT_EQ(broken_pairs(cluster.probe(300ms)), "c1>n3 n1>n2 n2>n1 ");
    EXPECT_GT(cluster.counters("c1", "n3").dropped_by_cut, 0u);
    cluster.heal_links();
    EXPECT_EQ(broken_pairs(cluster.probe(10s)), "");
    cluster.set_link("n2", "c1", blocked(LinkRule::Block::drop));
    cluster.set_link("n3", "n1", blocked(LinkRule::Block::reject));
    const Connectivity refused = cluster.probe(300ms);
    EXPECT_EQ(broken_pairs(refused), "c1>n2 n1>n3 n3>n1 ");
    EXPECT_TRUE(std::any_of(refused.broken.begin(), refused.broken.end(), [](const auto& one) {
      return one.from == "n3" && one.why == "Connection refused";
    })) << "it is told at once";
    EXPECT_GT(cluster.counters("n2", "c1").dropped_by_cut, 0u);
    EXPECT_GT(cluster.counters("n3", "n1").rejected, 0u);
    cluster.heal_links();
    EXPECT_EQ(broken_pairs(cluster.probe(10s)), "");
  });
}

// What cannot be had is refused with the reason, before and when it is asked for.
TEST(docker_bridge, what_it_cannot_do_it_says) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  beside(engine, [&] {
    Rig rig;
    set(rig, "network", "bridge");
    rig.make();
    EXPECT_TRUE(says(rig.cluster->cannot(Capability::jam), "docker.network = \"switch\" can"));
    EXPECT_EQ(rig.cluster->cannot(Capability::cut), "");
    EXPECT_EQ(rig.cluster->cannot(Capability::client_links), "");
    EXPECT_THROW(rig.cluster->set_link("n1", "n2", blocked(LinkRule::Block::jam)),
                 EnvironmentError);
    LinkRule late;
    late.delay = 10ms;
    const std::string why = rig.cluster->cannot(Capability::packet);
    if (why.empty())
      rig.cluster->set_link("n1", "n2", late);
    else
      EXPECT_THROW(rig.cluster->set_link("n1", "n2", late), EnvironmentError) << why;
    rig.cluster.reset();
    rig.plan.capture = true;
    EXPECT_TRUE(says(rig.error_of_making(), "cannot be captured"));
  });
}

TEST(docker_bridge, a_killed_node_keeps_disk_address_and_port) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  beside(engine, [&] {
    Rig rig;
    set(rig, "address", "127.0.0.1");
    rig.start_all();
    live::LiveCluster& cluster = *rig.cluster;
    EXPECT_EQ(cluster.address_of("n3").ip, "127.0.0.1");
    EXPECT_EQ(cluster.kill("n3"), 1);
    EXPECT_EQ(cluster.status("n3").state, NodeState::stopped);
    EXPECT_EQ(cluster.kill("n3"), 0) << "nothing runs there";
    EXPECT_EQ(cluster.probe(10s).pairs, 2u + 2);
    cluster.start("n3");
    EXPECT_TRUE(await([&] { return cluster.probe(1s).whole(); })) << rig.log("n3");
    EXPECT_TRUE(await([&] { return rig.log("n3").find("start 2") != std::string::npos; }))
        << rig.log("n3");
    EXPECT_TRUE(says(rig.log("n3"), "start 1 on n3")) << "the log goes on";

    EXPECT_EQ(cluster.pause("n1"), 1);
    EXPECT_EQ(cluster.status("n1").state, NodeState::paused);
    EXPECT_EQ(cluster.resume("n1"), 1);
    EXPECT_EQ(cluster.status("n1").state, NodeState::running);
    EXPECT_EQ(cluster.pause("n1"), 1);
    EXPECT_EQ(cluster.kill("n1"), 1) << "frozen, it has to be woken to die";
    EXPECT_EQ(cluster.pause("n1"), 0);
    cluster.start("n1");
    EXPECT_TRUE(await([&] { return cluster.probe(1s).whole(); }));
  });
}

// Its proxy accepts connections whatever becomes of them.
TEST(docker_bridge, a_cut_is_seen_past_the_ports_of_the_engine) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  beside(engine, [&] {
    Rig rig;
    set(rig, "address", "127.0.0.1");
    rig.start_all();
    live::LiveCluster& cluster = *rig.cluster;
    cluster.set_link("c1", "n2", blocked(LinkRule::Block::drop));
    EXPECT_EQ(broken_pairs(cluster.probe(300ms)), "c1>n2 ");
    EXPECT_GT(cluster.counters("c1", "n2").dropped_by_cut, 0u);
    cluster.heal_links();
    cluster.set_link("n1", "c1", blocked(LinkRule::Block::drop));
    EXPECT_EQ(broken_pairs(cluster.probe(300ms)), "c1>n1 ");
    cluster.heal_links();
    EXPECT_EQ(broken_pairs(cluster.probe(10s)), "");
    EXPECT_EQ(cluster.remarks().size(), 2u);
  });
}

TEST(docker_bridge, tells_how_a_node_ended_by_itself) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  beside(engine, [&] {
    for (const auto& [how, told] : {std::pair{"exit", "exit 3"}, {"crash", "signal 6 (SIGABRT)"}}) {
      Rig rig(how);
      set(rig, "network", "bridge");
      rig.make();
      rig.cluster->start("n1");
      ASSERT_TRUE(await([&] { return rig.cluster->status("n1").state == NodeState::exited; }));
      EXPECT_EQ(rig.cluster->status("n1").how, told);
      EXPECT_TRUE(says(rig.log("n1"), "and this is an error")) << "its last words are there";
      EXPECT_EQ(rig.cluster->kill("n1"), 0);
      rig.cluster->start("n1");
      ASSERT_TRUE(await([&] { return rig.cluster->status("n1").state == NodeState::exited; }));
      EXPECT_TRUE(says(rig.log("n1"), "start 2"));
    }
  });
}

TEST(docker_bridge, an_image_of_the_users_own_may_write_to_its_folder) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  beside(engine, [&] {
    Rig rig;
    set(rig, "network", "bridge");
    rig.scratch.write("Dockerfile", "FROM scratch\nCOPY node /opt/node\nUSER 1234\n");
    std::filesystem::copy(programs() / "docker_echo_node", rig.scratch.path() / "node");
    rig.manifest.container.dockerfile = "Dockerfile";
    rig.manifest.container.command = {"/opt/node", "{address}", "{port}", "{data}", "{trace}"};
    rig.start_all();
    EXPECT_TRUE(await([&] { return rig.log("n1").find("start 1") != std::string::npos; }))
        << rig.log("n1");
  });
}

TEST(docker_bridge, a_helper_that_dies_is_named_with_what_to_do) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  beside(engine, [&] {
    Rig rig;
    set(rig, "network", "bridge");
    rig.start_all();
    const pid_t helper = helper_process("n2");
    ASSERT_GT(helper, 0);
    ::kill(helper, SIGKILL);
    std::string error;
    ASSERT_TRUE(await([&] {
      try {
        rig.cluster->status("n2");
      } catch (const EnvironmentError& lost) {
        error = lost.what();
      }
      return !error.empty();
    }));
    EXPECT_TRUE(says(error, "lost node n2 (its helper): it ended with signal 9 (SIGKILL)"));
    EXPECT_TRUE(says(error, "see the engine's log"));
    EXPECT_THROW(rig.cluster->heal_links(), EnvironmentError);
    EXPECT_EQ(rig.cluster->status("n1").state, NodeState::running);
    rig.cluster.reset();
    EXPECT_EQ(engine.things(), std::vector<std::string>{});
  });
}

// As a run that is lost without being able to say so: the connection to the engine goes on.
TEST(docker_bridge, a_helper_that_hears_nothing_undoes_its_faults_and_ends) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  end_to_end::ScratchFolder scratch;
  ::setenv("DOCKER_HOST", ("unix://" + engine.socket()).c_str(), 1);
  end_to_end::Background run(
      engine.beside({end_to_end::program("faultrig"), "run", "raft_kv", "--backend", "docker",
                     "--set", "docker.network=bridge", "--duration", "60s", "--runs", "runs"}),
      scratch.path());
  ASSERT_TRUE(await([&] { return engine.containers().size() == 10; })) << run.wait().output;
  ASSERT_TRUE(await([] { return end_to_end::processes_with("faultrig_helper").size() >= 5; }));
  run.signal(SIGSTOP);
  EXPECT_TRUE(await([] { return end_to_end::processes_with("/bin/faultrig_helper").empty(); }));
  run.signal(SIGCONT);
  const end_to_end::Result result = run.wait();
  EXPECT_EQ(result.exit_code, 3) << result.output;
  EXPECT_TRUE(says(result.output, "(its helper): it ended with exit 0"));
  EXPECT_EQ(engine.things(), std::vector<std::string>{});
}

TEST(docker_bridge, options_that_make_no_sense_are_refused) {
  for (const auto& [name, text, told] :
       {std::tuple{"network", "brige", "\"bridge\": a network of the engine's"},
        {"address", "myhost", "an IPv4 address of the engine's machine"},
        {"adress", "10.0.0.1", "did you mean `address`"}}) {
    Rig rig;
    set(rig, name, text);
    EXPECT_TRUE(says(rig.error_of_making(), told));
  }
  Rig rig;
  set(rig, "network", "switch");
  set(rig, "address", "10.0.0.1");
  EXPECT_TRUE(says(rig.error_of_making(), "`docker.address` is for ports of a bridge"));
}

TEST(docker_bridge, arrivals_are_connections_from_there) {
  const std::string table =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n"
      "   0: 00000000:1B58 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0\n"
      "   1: 020012AC:1B58 010012AC:D431 01 00000000:00000000 00:00000000 00000000     0\n"
      "   2: 020012AC:1B58 010012AC:D432 03 00000000:00000000 00:00000000 00000000     0\n"
      "   3: 020012AC:1B59 010012AC:D433 01 00000000:00000000 00:00000000 00000000     0\n"
      "   4: 020012AC:1B58 030012AC:D434 01 00000000:00000000 00:00000000 00000000     0\n"
      "   5: 0000000000000000FFFF0000020012AC:1B58 0000000000000000FFFF0000010012AC:D435 01\n"
      "   6: 020012AC:1B58 010012AC:D436 06 00000000:00000000 00:00000000 00000000     0\n"
      "   7: :1B58 01:D437 01\n"
      "   8:\n";
  const live::Ipv4 gateway = 0xac120001;  // 172.18.0.1
  EXPECT_EQ(live::arrivals_in(table, 7000, gateway),
            (std::vector<std::string>{"D431", "D435", "D436"}))
      << "open and closed ones";
  EXPECT_EQ(live::arrivals_in("", 7000, gateway), std::vector<std::string>{});
}

}  // namespace
}  // namespace faultrig::docker
