// Whole runs on five hosts that are reached by ssh.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "tests/ssh/hosts_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

bool says(const ProgramEnd& end, const std::string& words) {
  return end.output.find(words) != std::string::npos;
}

TEST(ssh_run, a_clean_target_under_partitions_kills_and_pauses_is_valid) {
  FAULTRIG_WITH_SSH([] {
    SshHosts hosts(5);
    const ProgramEnd end =
        hosts.faultrig({"run", "raft_kv", "--backend", "ssh", "--hosts", hosts.hosts_file(),
                        "--faults", "partition,kill,pause", "--duration", "10s", "--seed", "11"});
    EXPECT_EQ(end.exit_code, 0) << end.output;
    for (const char* name : {"history.jsonl", "faults.jsonl", "verdict.json", "report.html",
                             "nodes/n1/log.txt", "nodes/n5/trace.jsonl"}) {
      const fs::path file = hosts.folder() / "runs/latest" / name;
      EXPECT_TRUE(fs::exists(file) && fs::file_size(file) > 0) << name;
    }
    EXPECT_EQ(hosts.leftovers(), "");
  });
}

}  // namespace
}  // namespace faultrig::live
