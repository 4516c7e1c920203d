// The control process is killed at any instant: on no host is a fault in force, a node running or a
// folder left once the agents' lease is over.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "harness/random.hpp"
#include "tests/ssh/hosts_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

pid_t start_run(SshHosts& hosts, const std::filesystem::path& file) {
  return hosts.start(
      {std::string(FAULTRIG_BINARY_DIR) + "/bin/faultrig", "run", "raft_kv", "--backend", "ssh",
       "--hosts", file, "--faults", "partition,kill,pause", "--duration", "60s", "--seed", "5"},
      "output");
}

TEST(ssh_lease, nothing_is_left_however_early_or_late_the_control_process_dies) {
  with_ssh([] {
    SshHosts hosts(5);
    const auto file = hosts.hosts_file();
    Random random(20);
    steady_clock::duration longest{};
    for (int round = 0; round < 20; ++round) {
      const pid_t run = start_run(hosts, file);
      // The first second gets the agents there, then come faults.
      const std::chrono::milliseconds instant(random.below(round % 2 == 0 ? 700 : 4'000));
      std::this_thread::sleep_for(instant);
      ::kill(run, SIGKILL);
      hosts.wait(run, "output");
      const auto killed = steady_clock::now();
      ASSERT_TRUE(hosts.await_clean()) << "killed after " << instant.count() << " ms:\n"
                                       << hosts.leftovers();
      longest = std::max(longest, steady_clock::now() - killed);
    }
    fmt::print("clean at most {} ms after the kill\n",
               std::chrono::duration_cast<std::chrono::milliseconds>(longest).count());
    const ProgramEnd cleaned = hosts.faultrig({"clean"});
    EXPECT_NE(cleaned.output.find("on host 10.77.1.5 node n5, its folder /var/tmp/faultrig-"),
              std::string::npos)
        << cleaned.output;
  });
}

TEST(ssh_lease, a_control_process_that_is_cut_off_is_not_waited_for) {
  with_ssh([] {
    SshHosts hosts(3);
    const pid_t run = start_run(hosts, hosts.hosts_file());
    ASSERT_TRUE(await([&] { return hosts.leftovers().find("raft_kv") != std::string::npos; }));
    for (int host = 0; host < 3; ++host) hosts.cut_off(host, true);
    ::kill(run, SIGKILL);  // its farewell reaches nobody
    hosts.wait(run, "output");
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

TEST(ssh_lease, a_control_process_that_stands_still_loses_its_hosts_and_says_so) {
  with_ssh([] {
    SshHosts hosts(2);
    const pid_t run = start_run(hosts, hosts.hosts_file());
    ASSERT_TRUE(await([&] { return hosts.leftovers().find("raft_kv") != std::string::npos; }));
    ::kill(run, SIGSTOP);
    EXPECT_TRUE(await([&] { return hosts.leftovers().empty(); })) << hosts.leftovers();
    ::kill(run, SIGCONT);
    const ProgramEnd end = hosts.wait(run, "output");
    EXPECT_EQ(end.exit_code, 3) << end.output;
    EXPECT_NE(end.output.find("the agent on host 10.77.1."), std::string::npos) << end.output;
  });
}

TEST(ssh_lease, an_interruption_heals_and_leaves_nothing) {
  with_ssh([] {
    SshHosts hosts(3);
    const pid_t run = start_run(hosts, hosts.hosts_file());
    ASSERT_TRUE(await([&] { return hosts.leftovers().find("raft_kv") != std::string::npos; }));
    ::kill(run, SIGINT);
    const ProgramEnd end = hosts.wait(run, "output");
    EXPECT_EQ(end.exit_code, 130) << end.output;
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

}  // namespace
}  // namespace faultrig::live
