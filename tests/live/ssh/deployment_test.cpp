#include "harness/live/ssh/deployment.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "harness/errors.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

struct DeploymentTest : testing::Test {
  ScratchFolder scratch;
  RunPlan plan = read_plan("[run]\ntarget = \"kv\"\nnodes = 2\nseed = 1\n", "plan.toml");
  std::vector<SshHost> hosts{2};

  DeploymentTest() {
    fs::create_directories(scratch.path() / "bin");
    fs::create_directories(scratch.path() / "target/configs");
    for (const char* file : {"bin/kv", "target/kv.conf", "target/start.sh"}) {
      std::ofstream(scratch.path() / file) << "x";
      ::chmod((scratch.path() / file).c_str(), 0755);
    }
    hosts[0].address = "127.0.0.1";
    hosts[1].address = "127.0.0.2";
  }
  std::vector<Deployment> deploy(const std::string& command, const std::string& more = "") {
    const TargetManifest manifest = read_manifest(
        "name = \"kv\"\nsummary = \"s\"\nworkloads = [\"register\"]\npromises = "
        "[\"linearizable\"]\n[node]\nport = 7000\ncommand = " +
            command + "\n" + more,
        (scratch.path() / "target/target.toml").string());
    return plan_deployment(plan, manifest, scratch.path() / "bin", hosts, "0123abcd");
  }
};

TEST_F(DeploymentTest, sends_what_is_ours_and_names_it_as_it_is_there) {
  hosts[1].listen = "127.0.0.9";
  hosts[1].listen_port = 9000;
  hosts[1].folder = "/srv";
  const auto all = deploy(
      R"(["{bin}/kv", "--config={manifest}/kv.conf", "--peers", "{peers}", "{data}",
          "/etc/hosts"])",
      "environment = { START = \"{manifest}/start.sh\" }\n");
  ASSERT_EQ(all.size(), 2u);
  const std::string there = "/srv/faultrig-0123abcd";
  EXPECT_EQ(all[1].folder, there);
  EXPECT_EQ(all[1].program.command,
            (std::vector<std::string>{there + "/bin/kv", "--config=" + there + "/manifest/kv.conf",
                                      "--peers", "n1=127.0.0.1:7000,n2=127.0.0.9:9000",
                                      there + "/n2/data", "/etc/hosts"}));
  EXPECT_EQ(all[1].program.environment,
            std::vector<std::string>{"START=" + there + "/manifest/start.sh"});
  const std::vector<std::pair<fs::path, std::string>> sent{
      {scratch.path() / "bin/kv", there + "/bin/kv"},
      {scratch.path() / "target/kv.conf", there + "/manifest/kv.conf"},
      {scratch.path() / "target/start.sh", there + "/manifest/start.sh"}};
  EXPECT_EQ(all[1].upload, sent);
  EXPECT_EQ(all[0].folder, "/var/tmp/faultrig-0123abcd");
}

TEST_F(DeploymentTest, a_program_of_the_hosts_own_is_not_sent) {
  EXPECT_TRUE(deploy(R"(["/usr/bin/kv", "{node}"])").front().upload.empty());
}

TEST_F(DeploymentTest, what_is_missing_here_is_told_before_anybody_is_called) {
  EXPECT_THROW(deploy(R"(["{bin}/no_such"])"), EnvironmentError);
  EXPECT_THROW(deploy(R"(["{manifest}/configs"])"), EnvironmentError);
  hosts[1].address = "no.such.host.invalid";
  EXPECT_THROW(deploy(R"(["{bin}/kv"])"), EnvironmentError);
}

TEST_F(DeploymentTest, two_names_of_one_host_are_found_out) {
  hosts[1].address = "localhost";
  EXPECT_THROW(deploy(R"(["{bin}/kv"])"), UsageError);
}

}  // namespace
}  // namespace faultrig::live
