#include "harness/live/docker/docker_cluster.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <functional>

#include "harness/errors.hpp"
#include "harness/live/docker/containers.hpp"
#include "harness/live/docker/leftovers.hpp"
#include "harness/live/spawn/boot_time.hpp"
#include "tests/docker/rig_support.hpp"

namespace faultrig::docker {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
using live::EngineClient;

TEST(docker_cluster, nodes_are_up_know_each_other_and_are_gone_at_the_end) {
  FAULTRIG_NEED_ENGINE(engine);
  {
    Rig rig;
    rig.start_all();
    EXPECT_EQ(engine.containers().size(), 6u) << "a node, and what holds its network";
    const Connectivity connectivity = rig.cluster->probe(10s);
    EXPECT_EQ(connectivity.pairs, 3u * 2 + 3 * 3);
    EXPECT_EQ(broken_pairs(connectivity), "");
    EXPECT_TRUE(await([&] { return rig.log("n2").find("an error") != std::string::npos; }));
    EXPECT_TRUE(says(rig.log("n2"), "start 1 on n2\n"));
    EXPECT_TRUE(says(rig.log("n2"), "/etc/hosts: 10.77.1.3\tn3\n"));
    EXPECT_TRUE(says(rig.log("n2"), "/etc/hosts: 10.77.2.1\tc1\n"));
    EXPECT_EQ(rig.cluster->new_trace().size(), 3u);
  }
  EXPECT_TRUE(engine.containers().empty());
}

TEST(docker_cluster, a_cut_link_is_silent_counted_and_heals) {
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  rig.start_all();
  LinkRule cut;
  cut.block = LinkRule::Block::drop;
  rig.cluster->set_link("n1", "n2", cut);
  EXPECT_EQ(broken_pairs(rig.cluster->probe(300ms)), "n1>n2 n2>n1 ")
      << "one way is enough for a connection to fail";
  EXPECT_GT(rig.cluster->counters("n1", "n2").dropped_by_cut, 0u);
  EXPECT_EQ(rig.cluster->counters("n2", "n1").dropped_by_cut, 0u);
  rig.cluster->set_link("c1", "n3", cut);
  EXPECT_EQ(broken_pairs(rig.cluster->probe(300ms)), "c1>n3 n1>n2 n2>n1 ");
  rig.cluster->heal_links();
  EXPECT_EQ(broken_pairs(rig.cluster->probe(10s)), "");
}

TEST(docker_cluster, a_killed_node_keeps_disk_and_address) {
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  rig.start_all();
  EXPECT_EQ(rig.cluster->kill("n3"), 1);
  EXPECT_EQ(rig.cluster->status("n3").state, NodeState::stopped);
  EXPECT_EQ(rig.cluster->kill("n3"), 0) << "nothing runs there";
  EXPECT_EQ(rig.cluster->probe(10s).pairs, 2u * 1 + 3 * 2);
  rig.cluster->start("n3");
  EXPECT_TRUE(await([&] { return rig.cluster->probe(1s).whole(); })) << rig.log("n3");
  EXPECT_TRUE(await([&] { return rig.log("n3").find("start 2") != std::string::npos; }))
      << rig.log("n3");
  EXPECT_TRUE(says(rig.log("n3"), "start 1 on n3")) << "the log goes on";
}

TEST(docker_cluster, a_paused_nodes_kernel_still_answers_and_it_can_be_killed) {
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  rig.start_all();
  EXPECT_EQ(rig.cluster->pause("n1"), 1);
  EXPECT_EQ(rig.cluster->status("n1").state, NodeState::paused);
  EXPECT_EQ(rig.cluster->pause("n1"), 1) << "it is paused";
  EXPECT_EQ(rig.cluster->resume("n1"), 1);
  EXPECT_EQ(rig.cluster->status("n1").state, NodeState::running);
  EXPECT_TRUE(rig.cluster->probe(10s).whole());
  EXPECT_EQ(rig.cluster->pause("n1"), 1);
  EXPECT_EQ(rig.cluster->kill("n1"), 1) << "frozen, it has to be woken to die";
  EXPECT_EQ(rig.cluster->status("n1").state, NodeState::stopped);
  EXPECT_EQ(rig.cluster->pause("n1"), 0);
  EXPECT_EQ(rig.cluster->resume("n1"), 0);
  rig.cluster->start("n1");
  EXPECT_TRUE(await([&] { return rig.cluster->probe(1s).whole(); }));
}

TEST(docker_cluster, tells_how_a_node_ended_by_itself) {
  FAULTRIG_NEED_ENGINE(engine);
  for (const auto& [how, told] : {std::pair{"exit", "exit 3"}, {"crash", "signal 6 (SIGABRT)"}}) {
    Rig rig(how);
    rig.make();
    rig.cluster->start("n1");
    ASSERT_TRUE(await([&] { return rig.cluster->status("n1").state == NodeState::exited; }));
    EXPECT_EQ(rig.cluster->status("n1").how, told);
    EXPECT_TRUE(says(rig.log("n1"), "and this is an error")) << "its last words are there by then";
    EXPECT_EQ(rig.cluster->kill("n1"), 0);
    rig.cluster->start("n1");
    ASSERT_TRUE(await([&] { return rig.cluster->status("n1").state == NodeState::exited; }));
    EXPECT_TRUE(says(rig.log("n1"), "start 2"));
  }
}

// Also of one that the image starts as root and that goes on as another user.
TEST(docker_cluster, a_static_program_sees_the_clock_of_its_node) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  for (const std::string how : {"clock", "clock-as-user"}) {
    Rig rig(how);
    rig.plan.faults = {"clock"};
    rig.start_all();
    EXPECT_EQ(rig.cluster->clock_offset("n1"), 0ns);
    rig.cluster->set_clock("n1", {1h});
    EXPECT_TRUE(await([&] { return rig.log("n1").find("clock 3600\n") != std::string::npos; }))
        << rig.log("n1");
    EXPECT_GT(rig.cluster->clock_offset("n1"), 59min);
    EXPECT_EQ(rig.cluster->clock_offset("n2"), 0ns);

    EXPECT_EQ(rig.cluster->pause("n1"), 1) << "the init is none of the node's processes";
    EXPECT_EQ(rig.cluster->kill("n1"), 1);
    rig.cluster->start("n1");
    ASSERT_TRUE(await([&] { return rig.cluster->probe(1s).whole(); })) << rig.log("n1");
    EXPECT_GT(rig.cluster->clock_offset("n1"), 59min) << "a restart sets no clock";
    rig.cluster->set_clock("n1", {});
    EXPECT_TRUE(await([&] { return rig.log("n1").find("clock -3600\n") != std::string::npos; }))
        << rig.log("n1");
    EXPECT_EQ(rig.cluster->clock_offset("n1"), 0ns);
    EXPECT_FALSE(says(rig.log("n2"), "clock ")) << "each node has its own";
    EXPECT_EQ(rig.cluster->remarks(), std::vector<std::string>{});
    rig.cluster.reset();
    EXPECT_FALSE(fs::exists(rig.folder.file("clocks")));
  }
}

TEST(docker_cluster, waits_follow_the_clock_where_the_plan_says_so) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  rig.plan.faults = {"clock"};
  rig.plan.backend_options.try_emplace("docker", "", "docker")
      .first->second.set("trap_waits", true);
  const fs::path program = fs::path(FAULTRIG_BINARY_DIR) / "probes/waits_static";
  rig.manifest.command = {program.string(), "sliced", "3600000"};
  rig.make();
  rig.cluster->start("n1");
  ASSERT_TRUE(await([&] { return !rig.log("n1").empty(); }));
  rig.cluster->set_clock("n1", {1h});
  EXPECT_TRUE(await([&] { return rig.log("n1").ends_with("\nend\n"); })) << rig.log("n1");
  EXPECT_EQ(rig.cluster->remarks(), std::vector<std::string>{});
}

TEST(docker_cluster, a_go_program_sees_the_clock_of_its_node) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const fs::path program = fs::path(FAULTRIG_BINARY_DIR) / "probes/probe_go";
  if (!fs::exists(program)) GTEST_SKIP() << "NOT TESTED: there is no Go (golang-go) here";
  Rig rig;
  rig.plan.faults = {"clock"};
  rig.scratch.write("Dockerfile", "FROM scratch\nCOPY probe_go /\n");
  fs::copy(program, rig.scratch.path() / "probe_go");
  rig.manifest.container.dockerfile = "Dockerfile";
  rig.manifest.container.command = {"/probe_go"};
  rig.make();
  const auto says_last = [&](const std::string& node, int least, int most) {
    const std::vector<std::string> lines = last_lines(rig.folder.node(node) / "log.txt", 1);
    const int milliseconds = lines.empty() ? -1 : std::atoi(lines[0].c_str());
    return milliseconds >= least && milliseconds <= most;
  };
  for (const NodeName node : {"n1", "n2"}) {
    rig.cluster->start(node);
    ASSERT_TRUE(await([&] { return !rig.log(node).empty(); }));
  }
  rig.cluster->set_clock("n1", {1h});
  EXPECT_TRUE(await([&] { return says_last("n1", 3'599'000, 3'601'000); })) << rig.log("n1");
  EXPECT_GT(rig.cluster->clock_offset("n1"), 59min);
  rig.cluster->set_clock("n1", {});
  EXPECT_TRUE(await([&] { return says_last("n1", -1'000, 1'000); })) << rig.log("n1");
  EXPECT_TRUE(says_last("n2", -1'000, 1'000)) << "each node has its own";
  EXPECT_EQ(rig.cluster->remarks(), std::vector<std::string>{});
}

// "up for 123 s", by the node's monotonic clock.
std::chrono::seconds first_said_up(const std::string& log) {
  const std::size_t at = log.find("up for ");
  return std::chrono::seconds(at == std::string::npos ? -1 : std::atoll(log.c_str() + at + 7));
}

TEST(docker_cluster, each_node_has_a_time_since_boot_of_its_own_and_no_right_to_set_clocks) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const auto here = std::chrono::duration_cast<std::chrono::seconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  for (const bool own : {true, false}) {
    Rig rig("rights");
    Options& docker = rig.plan.backend_options.try_emplace("docker", "", "docker").first->second;
    docker.set("boot_times", own);
    rig.start_all();
    for (const NodeName& node : rig.cluster->nodes()) {
      ASSERT_TRUE(await([&] { return rig.log(node).find("CapBnd") != std::string::npos; }));
      const auto more = first_said_up(rig.log(node)) - here;
      const auto expected = own ? live::time_since_boot(rig.plan, node) : 0s;
      EXPECT_GE(more, expected - 1s) << rig.log(node);
      EXPECT_LE(more, expected + 2min) << rig.log(node);
      EXPECT_TRUE(says(rig.log(node), "namespaces: Operation not permitted\n"));
      // The engine's usual ones, which hold neither CAP_SYS_ADMIN (21) nor CAP_SYS_TIME (25).
      for (const std::string set : {"CapPrm", "CapEff", "CapBnd"})
        EXPECT_TRUE(says(rig.log(node), set + ":\t00000000a80425fb\n"));
    }
    EXPECT_EQ(rig.cluster->remarks(), std::vector<std::string>{});
  }
}

TEST(docker_cluster, an_ordinary_user_in_an_image_has_the_machines_time_since_boot_and_it_is_said) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  fs::copy(programs() / "docker_echo_node", rig.scratch.path() / "node");
  rig.scratch.write("Dockerfile", "FROM scratch\nCOPY node /opt/node\nUSER 1234\n");
  rig.manifest.container.dockerfile = "Dockerfile";
  rig.manifest.container.command = {"/opt/node", "{address}", "{port}", "{data}", "{trace}"};
  rig.start_all();
  const std::vector<std::string> remarks = rig.cluster->remarks();
  ASSERT_EQ(remarks.size(), 1u);
  EXPECT_TRUE(says(remarks[0], "machine's time since boot: their image starts its program as "));
}

TEST(docker_cluster, a_node_with_a_clock_ends_as_any_other) {
  FAULTRIG_NEED_STATIC_TARGET();
  FAULTRIG_NEED_ENGINE(engine);
  const auto how_it_ends = [&](const std::string& how, const std::string& program,
                               const std::function<void(Rig&)>& end) {
    Rig rig(how);
    rig.plan.faults = {"clock"};
    rig.scratch.write("Dockerfile", "FROM scratch\nCOPY node /opt/node\nUSER 1234\n");
    fs::copy(programs() / "docker_echo_node", rig.scratch.path() / "node");
    rig.manifest.container.dockerfile = "Dockerfile";
    rig.manifest.container.command = {program, "{address}", "{port}", "{data}", "{trace}", how};
    rig.make();
    rig.cluster->start("n1");
    end(rig);
    EXPECT_TRUE(await([&] { return rig.cluster->status("n1").state == NodeState::exited; }));
    return rig.cluster->status("n1").how + "\n" + rig.log("n1");
  };
  const auto by_itself = [](Rig&) {};
  EXPECT_TRUE(says(how_it_ends("exit", "/opt/node", by_itself), "exit 3\n"));
  EXPECT_TRUE(says(how_it_ends("crash", "/opt/node", by_itself), "signal 6 (SIGABRT)\n"));
  const std::string missing = how_it_ends("", "/no/such/program", by_itself);
  EXPECT_TRUE(says(missing, "exit 127\n"));
  EXPECT_TRUE(says(missing, "cannot execute /no/such/program: No such file or directory"));

  const std::string told = how_it_ends("clock", "/opt/node", [&](Rig& rig) {
    ASSERT_TRUE(await([&] { return rig.cluster->probe(1s).whole(); })) << rig.log("n1");
    rig.cluster->set_clock("n1", {-1h});
    EXPECT_TRUE(await([&] { return rig.log("n1").find("clock -3600\n") != std::string::npos; }));
    const EngineClient client(engine.socket());
    for (const std::string& name : engine.containers()) {
      if (!name.ends_with("-n1")) continue;
      client.ask_ok({.purpose = "send a signal",
                     .method = "POST",
                     .path = "/containers" + name + "/kill?signal=SIGTERM"});
    }
  });
  EXPECT_TRUE(says(told, "signal 15 (SIGTERM)\n")) << "signals are handed on";
}

TEST(docker_cluster, an_image_can_be_built_and_named) {
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  fs::create_directory(rig.scratch.path() / "image");
  fs::copy(programs() / "docker_echo_node", rig.scratch.path() / "image/node");
  rig.scratch.write("image/Dockerfile", "FROM scratch\nCOPY node /opt/node\nUSER 1234\n");
  rig.manifest.container.dockerfile = "image/Dockerfile";
  rig.manifest.container.command = {"/opt/node", "{address}", "{port}", "{data}", "{trace}"};
  rig.start_all();
  EXPECT_TRUE(await([&] { return rig.log("n1").find("start 1") != std::string::npos; }))
      << "its user may write to its folder: " << rig.log("n1");
  const EngineClient client(engine.socket());
  const auto images = [&] {
    return client.ask_value({.purpose = "list images", .method = "GET", .path = "/images/json"})
        .as_list();
  };
  const std::size_t before = images().size();
  std::string name;
  for (const Value& image : images()) {
    const std::string tag = image.find("RepoTags")->as_list().front().as_string();
    if (tag.starts_with("faultrig/echo:")) name = tag;
  }
  rig.cluster.reset();
  rig.start_all();
  EXPECT_EQ(images().size(), before) << "the same files are not built again";
  rig.cluster.reset();

  rig.manifest.container.dockerfile.clear();
  rig.manifest.container.image = name;
  rig.start_all();
}

TEST(docker_cluster, images_that_cannot_be_had_are_refused) {
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  rig.manifest.container.image = "no/such:image";
  rig.manifest.container.command = {"/node"};
  EXPECT_TRUE(says(rig.error_of_making(), "has none of that name; get it with `docker pull "));

  rig.manifest.container.image.clear();
  rig.manifest.container.dockerfile = "Dockerfile";
  EXPECT_TRUE(says(rig.error_of_making(), "cannot read the Dockerfile"));
  rig.scratch.write("Dockerfile", "FROM scratch\nLABEL step=one\nCOPY missing /\n");
  const std::string text = rig.error_of_making();
  EXPECT_TRUE(says(text, "cannot build the image of target echo from "));
  EXPECT_TRUE(says(text, "the end of the build log:\n"));
  EXPECT_TRUE(says(text, "LABEL step=one"));
  EXPECT_TRUE(says(text, "missing"));
  rig.scratch.write("Dockerfile", "FORM scratch\n");
  EXPECT_TRUE(says(rig.error_of_making(), "FORM")) << "refused before anything is built";

  rig.manifest.container = {};
  rig.manifest.command = {"/bin/sh", "-c", "true"};
  EXPECT_TRUE(says(rig.error_of_making(), "it is not linked statically"));
  rig.manifest.command = {"{bin}/docker_echo_node", "--config", "{manifest}/config"};
  EXPECT_TRUE(says(rig.error_of_making(), "a folder that is not in the container"));
  EXPECT_TRUE(engine.containers().empty());
}

TEST(docker_cluster, a_program_that_is_not_in_its_image_is_named) {
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  rig.scratch.write("Dockerfile", "FROM scratch\nCOPY target.toml /\n");
  rig.scratch.write("target.toml", "");
  rig.manifest.container.dockerfile = "Dockerfile";
  rig.manifest.container.command = {"/no/such/program"};
  rig.make();
  rig.cluster->start("n2");
  ASSERT_TRUE(await([&] { return rig.cluster->status("n2").state == NodeState::exited; }));
  EXPECT_EQ(rig.cluster->status("n2").how, "exit 127");
  // By our init, or by the engine's where ours cannot travel.
  EXPECT_TRUE(says(rig.log("n2"), "/no/such/program"));
  EXPECT_TRUE(says(rig.log("n2"), ": No such file or directory"));
}

TEST(docker_cluster, an_engine_that_has_died_is_noticed_and_nothing_runs_on) {
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  rig.start_all();
  engine.crash();
  EXPECT_TRUE(await([&] {
    try {
      rig.cluster->status("n1");
    } catch (const EnvironmentError& error) {
      return std::string(error.what()).find("node n1") != std::string::npos;
    }
    return false;
  }));
  EXPECT_THROW(rig.cluster->pause("n2"), EnvironmentError);
  EXPECT_FALSE(end_to_end::processes_with("docker_echo_node").empty());
  rig.cluster.reset();
  EXPECT_TRUE(await([] { return end_to_end::processes_with("docker_echo_node").empty(); }));
}

TEST(docker_cluster, leftovers_of_dead_runs_are_removed_those_of_others_are_not) {
  FAULTRIG_NEED_ENGINE(engine);
  Rig rig;
  rig.make();
  const EngineClient client(engine.socket());
  const std::size_t ours = engine.containers().size();
  EXPECT_TRUE(live::remove_leftovers(client).empty()) << "their launcher lives";

  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  live::Launcher launcher = live::launcher_of(child);
  ::waitpid(child, nullptr, 0);
  const auto leave = [&](const std::string& name, const live::Launcher& by) {
    const Value images =
        client.ask_value({.purpose = "list images", .method = "GET", .path = "/images/json"});
    live::ContainerPlan plan;
    plan.name = name;
    plan.image = images.as_list().front().string_or("Id", "");
    plan.command = {"/nothing"};
    plan.network = "none";
    plan.labels = Value::map({{live::run_label, name}, {live::launcher_label, live::to_label(by)}});
    live::Container::create(client, plan, name);
  };
  leave("dead", launcher);
  launcher.host = "another";
  leave("elsewhere", launcher);
  EXPECT_EQ(engine.containers().size(), ours + 2);
  EXPECT_EQ(live::remove_leftovers(client), std::vector<std::string>{"container dead"});
  EXPECT_EQ(engine.containers().size(), ours + 1);
}

}  // namespace
}  // namespace faultrig::docker
