// The agent program on its own: what it does when asked, and what it leaves when it is not.
#include "harness/live/agent/agent.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <memory>

#include "harness/live/agent/clock_texts.hpp"
#include "harness/live/agent/own_kernel.hpp"
#include "harness/live/spawn/wire.hpp"
#include "tests/live/agent/agent_support.hpp"
#include "tests/live/agent/nft_tables_support.hpp"
#include "tests/live/clock/clock_support.hpp"
#include "tests/live/live_support.hpp"
#include "tests/live/switch/isolated_support.hpp"
#include "tests/live/switch/machines_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;
using Tables = std::vector<std::string>;

constexpr auto done = AgentVerb::done, refused = AgentVerb::refused;
constexpr std::int64_t running = static_cast<std::int64_t>(NodeState::running);

// An agent on machine 1 with node n1; machine 0 is peer n0.
struct Stage {
  ScratchFolder scratch;
  Machines machines{2, PortKind::automatic};
  std::string marker = new_marker();
  fs::path folder = scratch.path() / "faultrig-test";
  fs::path node = folder / "n1";
  std::unique_ptr<PipedAgent> agent;

  Stage() {
    agent = std::make_unique<PipedAgent>(machines.space(1), folder, "faultrig_test", marker);
  }
  AgentMessage ask(const AgentMessage& request) { return agent->ask(request); }
  // Answers as the agent does.
  AgentMessage set_up(const std::string& clocks_lie = "0",
                      const std::vector<std::string>& other_boots = {}) {
    const std::string peers = pack({"n0=" + to_string(machines.address(0))});
    const AgentMessage answer =
        ask({AgentVerb::set_up,
             1,
             0,
             {"n1", "7000", peers, "", "1.2.3.4 n0\n", pack(other_boots), clocks_lie}});
    EXPECT_EQ(answer.verb, done);
    return answer;
  }
  AgentMessage start(const std::string& script, const std::string& since_boot = "0") {
    return ask({AgentVerb::start,
                0,
                0,
                {pack({"/bin/sh", "-c", script}), pack({"X=y"}), node, since_boot}});
  }
  AgentMessage set_clock(const ClockSetting& setting) {
    return ask({AgentVerb::clock, 0, 0, to_texts(setting)});
  }
  std::chrono::nanoseconds clock_offset() {
    return std::chrono::nanoseconds(ask({AgentVerb::clock_offset}).number);
  }
  std::string log() { return news().texts.at(2); }
  AgentMessage news(int log_offset = 0) {
    return ask({AgentVerb::news, 0, 0, {(node / "log.txt").string(), std::to_string(log_offset)}});
  }
  void start_with_a_cut() {
    set_up();
    ASSERT_EQ(start("sleep 1000 & echo two; exec sleep 1000").verb, done);
    const fs::path log = node / "log.txt";
    ASSERT_TRUE(await([&] { return fs::exists(log) && fs::file_size(log) > 0; }));
    ASSERT_EQ(ask({AgentVerb::link, 1, 0, {"from", "n0"}}).verb, done);
    ASSERT_EQ(nft_tables(machines.space(1)), Tables{"faultrig_test"});
  }
  // Everything of it is gone but, where nobody was left to remove it, the folder.
  void expect_nothing_left(bool also_folder = true) {
    EXPECT_TRUE(await([&] { return marked_processes(marker).empty(); })) << "processes";
    EXPECT_TRUE(await([&] { return nft_tables(machines.space(1)).empty(); })) << "tables";
    EXPECT_TRUE(!also_folder || !fs::exists(folder)) << "the folder";
  }
};

TEST(agent, says_what_its_host_can_do) {
  run_isolated([] {
    Stage stage;
    const AgentMessage answer = stage.ask({AgentVerb::hello});
    ASSERT_EQ(answer.verb, done) << (answer.texts.empty() ? "" : answer.texts[1]);
    ASSERT_EQ(answer.texts.size(), 7u);
    EXPECT_EQ(answer.texts[3], "") << "nftables";
    EXPECT_EQ(answer.texts[4], "") << "a clock of the node's own";
    EXPECT_EQ(answer.texts[5], "") << "a time since boot of the node's own";
    EXPECT_EQ(answer.texts[6], kernel_facts().boot);
    EXPECT_EQ(nft_tables(stage.machines.space(1)), Tables{}) << "the probe's table is dropped";
  });
}

TEST(agent, starts_pauses_resumes_and_kills) {
  run_isolated([] {
    Stage stage;
    stage.set_up();
    ASSERT_EQ(stage.start("sleep 1000 & grep n0 /etc/hosts; echo $X; exec sleep 1000").verb, done);
    EXPECT_TRUE(await([&] { return stage.news().texts.at(2) == "1.2.3.4 n0\ny\n"; }));
    EXPECT_EQ(stage.news(11).texts.at(2), "y\n");
    EXPECT_EQ(stage.news(99).texts.at(1), "0") << "begun anew";
    EXPECT_EQ(stage.news().number, running);
    EXPECT_EQ(stage.ask({AgentVerb::pause}).number, 2);
    EXPECT_EQ(stage.news().number, static_cast<std::int64_t>(NodeState::paused));
    EXPECT_EQ(stage.ask({AgentVerb::resume}).number, 2);
    EXPECT_EQ(stage.ask({AgentVerb::kill}).number, 2);
    EXPECT_EQ(stage.ask({AgentVerb::kill}).number, 0);
    ASSERT_EQ(stage.start("exit 3").verb, done) << "with its disk as it is";
    EXPECT_TRUE(await([&] { return stage.news().texts.at(0) == "exit 3"; }));
  });
}

TEST(agent, cuts_links_and_counts) {
  run_isolated([] {
    Stage stage;
    stage.set_up();
    const Descriptor listener = stage.machines.listen_tcp(1, 7000);
    ASSERT_EQ(stage.ask({AgentVerb::link, 1, 0, {"from", "n0"}}).verb, done);
    EXPECT_EQ(
        connect_result(stage.machines.start_connect(0, 1, 7000), std::chrono::milliseconds(300)),
        ETIMEDOUT);
    const AgentMessage counted = stage.ask({AgentVerb::counters, 0, 0, {"from", "n0"}});
    EXPECT_GT(std::stoi(counted.texts.at(0)), 0);
    EXPECT_EQ(counted.texts.at(1), "0");
    EXPECT_EQ(stage.ask({AgentVerb::heal}).verb, done);
    EXPECT_EQ(connect_result(stage.machines.start_connect(0, 1, 7000)), 0);
  });
}

TEST(agent, probes_its_peers) {
  run_isolated([] {
    Stage stage;
    stage.set_up();
    const Descriptor listener = stage.machines.listen_tcp(0, 7000);
    const std::string address = to_string(stage.machines.address(0));
    const AgentMessage answer =
        stage.ask({AgentVerb::probe, 5'000, 0, {"n0", address, "7000", "n9", address, "7009"}});
    EXPECT_EQ(answer.texts, (std::vector<std::string>{"n9", "Connection refused"}));
  });
}

TEST(agent, a_request_it_cannot_understand_is_refused_and_the_next_is_served) {
  run_isolated([] {
    Stage stage;
    stage.set_up();
    for (std::uint32_t verb = 0; verb < static_cast<std::uint32_t>(AgentVerb::power_off); ++verb) {
      const AgentMessage answer = stage.ask({static_cast<AgentVerb>(verb), 99, 0, {}});
      (void)answer;  // it came: that is the point
    }
    EXPECT_EQ(stage.ask({AgentVerb::start}).verb, refused);
    EXPECT_EQ(stage.ask({AgentVerb::link, 1, 0, {"from", "nobody"}}).verb, refused);
    EXPECT_EQ(stage.ask({AgentVerb::link, 3, 0, {"from", "n0"}}).verb, refused) << "jam";
    EXPECT_EQ(stage.ask({AgentVerb::link, 9, 0, {"from", "n0"}}).verb, refused);
    EXPECT_EQ(stage.set_clock({}).verb, refused) << "no clock was asked for";
    EXPECT_EQ(stage.ask({AgentVerb::probe, 1, 0, {"n0", "1.2.3.4", "70000"}}).verb, refused);
    const AgentMessage missing =
        stage.ask({AgentVerb::start, 0, 0, {pack({"/no/such/program"}), "", stage.node, "0"}});
    ASSERT_EQ(missing.verb, refused);
    EXPECT_EQ(missing.error, ENOENT);
    EXPECT_EQ(stage.start("exec sleep 1000").verb, done);
  });
}

// Reads the clock again and again.
constexpr const char* watch = "while :; do date +%s.%N; sleep 0.02; done";

double last_number(const std::string& lines) {
  const std::size_t end = lines.find_last_of('\n');
  const std::size_t before = end == std::string::npos ? end : lines.find_last_of('\n', end - 1);
  return end == std::string::npos ? 0 : std::atof(lines.c_str() + before + 1);
}

// Whether the programs of the node come to see their clock so far from ours, in seconds.
bool shows(Stage& stage, double least, double most) {
  return await([&] {
    const double off = last_number(stage.log()) - static_cast<double>(std::time(nullptr));
    return off > least && off < most;
  });
}

TEST(agent, gives_its_node_a_clock_that_lies_as_it_is_told) {
  run_isolated([] {
    Stage stage;
    EXPECT_EQ(stage.set_up("1").texts.at(1), "");
    ASSERT_EQ(stage.set_clock({std::chrono::hours(1)}).verb, done);
    EXPECT_EQ(stage.clock_offset().count(), 0) << "nobody reads it yet";
    ASSERT_EQ(stage.start(watch).verb, done);
    EXPECT_TRUE(shows(stage, 3'500, 3'700)) << stage.log();
    EXPECT_GT(stage.clock_offset(), std::chrono::minutes(59));
    ClockSetting standing;
    standing.offset = -std::chrono::hours(1);
    standing.frozen = true;
    ASSERT_EQ(stage.set_clock(standing).verb, done);
    EXPECT_TRUE(shows(stage, -3'700, -3'500)) << stage.log();
    const auto offset = stage.clock_offset();
    EXPECT_TRUE(await([&] { return stage.clock_offset() < offset; })) << "it falls back";
    ASSERT_EQ(stage.set_clock({{}, 500'000}).verb, done);
    EXPECT_TRUE(await([&] { return stage.clock_offset() > std::chrono::milliseconds(20); }));
    ClockSetting strobe;
    strobe.strobe = std::chrono::hours(2);
    strobe.strobe_period = std::chrono::milliseconds(1);
    ASSERT_EQ(stage.set_clock(strobe).verb, done);
    EXPECT_TRUE(await([&] { return stage.clock_offset() > std::chrono::hours(1); }));
    EXPECT_TRUE(await([&] { return stage.clock_offset() < std::chrono::hours(1); }));
    ASSERT_EQ(stage.set_clock({}).verb, done);
    EXPECT_EQ(stage.clock_offset().count(), 0);
    EXPECT_TRUE(shows(stage, -5, 5)) << stage.log();
    EXPECT_EQ(stage.ask({AgentVerb::remarks}).texts, std::vector<std::string>{});
    ASSERT_EQ(stage.set_clock({std::chrono::hours(1)}).verb, done);
    stage.agent->hang_up();
    EXPECT_EQ(stage.agent->wait(), 1);
    stage.expect_nothing_left();
  });
}

// In a sandbox: the agent has two ways to see that the kernel is not the host's alone.
TEST(agent, a_disposable_host_that_shares_its_kernel_keeps_its_clock) {
  in_sandbox([] {
    Stage stage;
    stage.agent.reset();
    stage.folder = stage.scratch.path() / "faultrig-disposable";
    stage.node = stage.folder / "n1";
    stage.agent =
        std::make_unique<PipedAgent>(stage.machines.space(1), stage.folder, "faultrig_test",
                                     stage.marker, std::vector<std::string>{"--disposable"});
    const std::time_t before = std::time(nullptr);
    EXPECT_EQ(stage.set_up("1", {kernel_facts().boot}).texts.at(1), "");
    ASSERT_EQ(stage.start(watch).verb, done);
    ASSERT_EQ(stage.set_clock({std::chrono::hours(1)}).verb, done);
    EXPECT_TRUE(shows(stage, 3'500, 3'700)) << "as on any other host";
    EXPECT_LT(std::time(nullptr), before + 1'800) << "the machine's own";
  });
}

// Again in a sandbox, for the sake of the machine.
TEST(agent, resets_no_machine_that_is_not_its_host_s_alone) {
  in_sandbox([] {
    Stage stage;
    const auto why = [&] { return stage.ask({AgentVerb::power_off}).texts.at(2); };
    EXPECT_NE(why().find("nobody has said"), std::string::npos);
    EXPECT_NE(stage.set_up().texts.at(2).find("not declared disposable"), std::string::npos);
    EXPECT_NE(why().find("not declared disposable"), std::string::npos);
    stage.agent.reset();
    stage.folder = stage.scratch.path() / "faultrig-disposable";
    stage.node = stage.folder / "n1";
    stage.agent =
        std::make_unique<PipedAgent>(stage.machines.space(1), stage.folder, "faultrig_test",
                                     stage.marker, std::vector<std::string>{"--disposable"});
    const AgentMessage answer = stage.set_up("0", {"another", kernel_facts().boot});
    EXPECT_NE(answer.texts.at(2).find("shares its kernel"), std::string::npos);
    EXPECT_EQ(stage.ask({AgentVerb::power_off}).verb, refused);
    EXPECT_NE(why().find("shares its kernel"), std::string::npos);
    EXPECT_EQ(stage.start("exec sleep 1000").verb, done) << "as if nothing had been asked";
  });
}

TEST(agent, tells_of_programs_that_do_not_follow_their_clock) {
  run_isolated([] {
    Stage stage;
    stage.set_up("1");
    ASSERT_EQ(stage.start("exec " + built_probe("probe") + " traced").verb, done);
    EXPECT_TRUE(await([&] { return !stage.ask({AgentVerb::remarks}).texts.empty(); }));
    EXPECT_EQ(stage.ask({AgentVerb::remarks}).texts.at(0),
              "1 exec of node n1 did not follow its clock: it is traced by another, or may not be "
              "traced");
  });
}

TEST(agent, its_node_has_been_up_for_as_long_as_it_is_told) {
  run_isolated([] {
    Stage stage;
    stage.set_up();
    ASSERT_EQ(stage.start("cat /proc/uptime; exec sleep 1000", "40000000").verb, done);
    EXPECT_TRUE(await([&] { return std::atof(stage.log().c_str()) > 4e7; })) << stage.log();
  });
}

TEST(agent, told_to_end_it_has_undone_everything_when_it_answers) {
  run_isolated([] {
    Stage stage;
    stage.start_with_a_cut();
    ASSERT_EQ(stage.ask({AgentVerb::pause}).number, 2);
    EXPECT_EQ(stage.ask({AgentVerb::end}).verb, done);
    EXPECT_EQ(nft_tables(stage.machines.space(1)), Tables{});
    EXPECT_FALSE(fs::exists(stage.folder));
    EXPECT_EQ(stage.agent->wait(), 0);
    stage.expect_nothing_left();
  });
}

TEST(agent, hang_up_undoes_everything) {
  run_isolated([] {
    Stage stage;
    stage.start_with_a_cut();
    ASSERT_EQ(stage.ask({AgentVerb::pause}).number, 2);
    stage.agent->hang_up();
    EXPECT_EQ(stage.agent->wait(), 1);
    stage.expect_nothing_left();
  });
}

TEST(agent, garbage_is_the_end_like_a_hang_up) {
  run_isolated([] {
    Stage stage;
    stage.start_with_a_cut();
    stage.agent->send(std::string(64, '\xff'));
    EXPECT_EQ(stage.agent->wait(), 1);
    stage.expect_nothing_left();
  });
}

TEST(agent, silence_for_the_lease_undoes_everything) {
  run_isolated([] {
    Stage stage;
    const auto start = std::chrono::steady_clock::now();
    stage.start_with_a_cut();
    EXPECT_EQ(stage.agent->wait(), 1);
    EXPECT_GE(std::chrono::steady_clock::now() - start, agent_lease) << "not sooner";
    stage.expect_nothing_left();
  });
}

TEST(agent, killed_it_leaves_nothing_since_it_is_watched) {
  run_isolated([] {
    Stage stage;
    stage.start_with_a_cut();
    ASSERT_EQ(stage.ask({AgentVerb::pause}).number, 2);
    ::kill(stage.agent->agent(), SIGKILL);
    EXPECT_EQ(stage.agent->wait(), 128 + SIGKILL);
    stage.expect_nothing_left();
  });
}

TEST(agent, without_its_watcher_it_undoes_everything_itself) {
  run_isolated([] {
    Stage stage;
    stage.start_with_a_cut();
    ::kill(stage.agent->watcher(), SIGKILL);
    stage.expect_nothing_left(false);
    EXPECT_TRUE(await([&] { return !fs::exists(stage.folder); }));
  });
}

TEST(agent, with_both_killed_no_fault_is_left) {
  run_isolated([] {
    Stage stage;
    stage.start_with_a_cut();
    const pid_t agent = stage.agent->agent();
    ::kill(stage.agent->watcher(), SIGSTOP);
    ::kill(agent, SIGKILL);
    ::kill(stage.agent->watcher(), SIGKILL);
    stage.expect_nothing_left(false);
  });
}

TEST(agent, keeps_the_folder_when_asked) {
  run_isolated([] {
    Stage stage;
    const fs::path folder = stage.scratch.path() / "faultrig-kept";
    PipedAgent agent(stage.machines.space(0), folder, "faultrig_kept", stage.marker, {"--keep"});
    EXPECT_EQ(agent.ask({AgentVerb::end}).verb, done);
    EXPECT_TRUE(fs::exists(folder));
  });
}

}  // namespace
}  // namespace faultrig::live
