#include "harness/live/probes.hpp"

#include <gtest/gtest.h>

#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

TEST(probes, agree_with_what_the_other_tests_do_on_this_machine) {
  const ScratchFolder scratch;
  const std::vector<Probe> probes = probe_machine(scratch.path() / "runs");
  ASSERT_EQ(probes.size(), 10u);
  for (const Probe& probe : probes) {
    EXPECT_FALSE(probe.name.empty());
    EXPECT_FALSE(probe.lost.empty()) << probe.name;
    EXPECT_TRUE(probe.ok || !probe.is_required) << probe.name << ": " << probe.why;
    EXPECT_TRUE(probe.ok || !probe.why.empty()) << probe.name;
  }
  EXPECT_TRUE(std::filesystem::is_empty(scratch.path())) << "probes clean up";
}

TEST(probes, a_runs_folder_that_cannot_be_written_is_named) {
  const std::vector<Probe> probes = probe_machine("/proc/faultrig-runs");
  EXPECT_FALSE(probes.back().ok);
  EXPECT_NE(probes.back().why.find("cannot write in /proc"), std::string::npos)
      << probes.back().why;
  EXPECT_NE(probes.back().remedy, "");
}

}  // namespace
}  // namespace faultrig::live
