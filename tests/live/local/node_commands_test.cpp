#include "harness/live/local/node_commands.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "harness/errors.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

class NodeCommandsTest : public testing::Test {
 protected:
  NodeCommandsTest() {
    manifest.file = "/opt/system/target.toml";
    manifest.name = "system";
    manifest.command = {"{bin}/system"};
    manifest.bugs = {{"lose-write", "", "", ""}, {"stale-read", "", "", ""}};
    plan.seed = 7;
  }
  std::string command_of(int node) {
    std::string text;
    const auto programs = node_programs(plan, manifest, places, "/usr/lib/faultrig");
    for (const std::string& word : programs.at(node - 1).command) text += word + " ";
    return text;
  }
  RunPlan plan;
  TargetManifest manifest;
  std::vector<NodePlace> places{{"n1", {"10.77.1.1", 7000}, "/runs/1/nodes/n1"},
                                {"n2", {"10.77.1.2", 7000}, "/runs/1/nodes/n2"}};
};

TEST_F(NodeCommandsTest, fills_every_placeholder) {
  manifest.command = {"{bin}/a", "{manifest}", "{node}",  "{nodes}",   "{address}:{port}",
                      "{peers}", "{data}",     "{trace}", "{workload}"};
  plan.workload = "counter";
  EXPECT_EQ(command_of(2),
            "/usr/lib/faultrig/a /opt/system n2 n1,n2 10.77.1.2:7000 "
            "n1=10.77.1.1:7000,n2=10.77.1.2:7000 /runs/1/nodes/n2/data "
            "/runs/1/nodes/n2/trace.jsonl counter ");
}

TEST_F(NodeCommandsTest, plants_bugs_everywhere_or_on_one_node) {
  manifest.command = {"a", "--bugs={bugs}"};
  plan.bugs = {"lose-write", "stale-read@n2"};
  EXPECT_EQ(command_of(1), "a --bugs=lose-write ");
  EXPECT_EQ(command_of(2), "a --bugs=lose-write,stale-read ");
}

TEST_F(NodeCommandsTest, the_plan_overrides_the_manifests_options) {
  manifest.command = {"a", "{election_ms}", "{mode}"};
  manifest.options.set("election_ms", 300);
  manifest.options.set("mode", "fast");
  EXPECT_EQ(command_of(1), "a 300 fast ");
  plan.target_options.set("election_ms", 1000);
  EXPECT_EQ(command_of(1), "a 1000 fast ");
}

TEST_F(NodeCommandsTest, gives_every_node_its_own_seed_by_the_runs_seed) {
  manifest.command = {"a", "{seed}"};
  const std::string first = command_of(1);
  EXPECT_NE(first, command_of(2));
  EXPECT_EQ(first, command_of(1));
  plan.seed = 8;
  EXPECT_NE(first, command_of(1));
}

TEST_F(NodeCommandsTest, fills_the_environment_in) {
  manifest.environment = {{"NODE", "{node}"}};
  const auto programs = node_programs(plan, manifest, places, "/usr/lib/faultrig");
  EXPECT_EQ(programs[1].environment, std::vector<std::string>{"NODE=n2"});
}

TEST_F(NodeCommandsTest, refuses_what_it_does_not_know) {
  plan.bugs = {"lose-wirte"};
  EXPECT_THROW(
      {
        try {
          command_of(1);
        } catch (const UsageError& error) {
          EXPECT_EQ(error.message, "unknown planted bug of system `lose-wirte`");
          EXPECT_EQ(error.hint, "did you mean `lose-write`?");
          throw;
        }
      },
      UsageError);
  plan.bugs = {"lose-write@n3"};
  EXPECT_THROW(command_of(1), UsageError);
  plan.bugs.clear();
  plan.target_options.set("no_such_option", 1);
  EXPECT_THROW(command_of(1), UsageError);
}

TEST_F(NodeCommandsTest, says_what_is_wrong_with_the_program) {
  const ScratchFolder folder;
  const auto error_for = [&](const std::string& program) -> std::string {
    NodeProgram node;
    node.name = "n1";
    node.command = {program};
    try {
      expect_executable(node, manifest);
    } catch (const EnvironmentError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(error_for("sh"), "");
  EXPECT_EQ(error_for("/bin/sh"), "");
  EXPECT_EQ(error_for("/no/such"),
            "cannot run /no/such, the program of target system (node n1): No such file or "
            "directory; build it, or correct `command` in /opt/system/target.toml");
  EXPECT_NE(error_for("no-such-program-anywhere").find("in PATH"), std::string::npos);
  EXPECT_NE(error_for("./relative").find("{manifest}/NAME"), std::string::npos);
  EXPECT_NE(error_for(folder.path().string()).find("Is a directory"), std::string::npos);
  const std::string file = (folder.path() / "plain").string();
  std::ofstream(file) << "#!/bin/sh\n";
  EXPECT_NE(error_for(file).find("make it executable with `chmod +x " + file), std::string::npos);
}

}  // namespace
}  // namespace faultrig::live
