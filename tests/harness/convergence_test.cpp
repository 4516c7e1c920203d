// Do the nodes come to agree once everything is healed? What asks for it, and the phase itself.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/errors.hpp"
#include "harness/manifest.hpp"
#include "harness/run.hpp"
#include "tests/harness/run_support.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

struct ConvergenceExperiment : FakeExperiment {
  ConvergenceExperiment() : FakeExperiment(3) {
    plan.convergence = milliseconds(500);
    cluster.look = [this]() -> std::optional<std::string> {
      return clock.now < agree_at ? "n1 and n2 differ" : "";
    };
    callbacks.progress = [this](const RunProgress& progress) {
      if (phases.empty() || phases.back() != progress.phase) phases.push_back(progress.phase);
      if (progress.phase == "convergence" && agree_after) agree_at = clock.now + *agree_after;
      agree_after.reset();
    };
  }
  std::optional<Duration> agree_after;  // from the first look on
  Time agree_at = Time::max();
  std::vector<std::string> phases;
};

TEST(Convergence, is_awaited_after_healing_and_before_the_final_reads) {
  ConvergenceExperiment experiment;
  experiment.agree_at = Time{};
  const RunRecord record = experiment.run();
  EXPECT_EQ(experiment.phases,
            (std::vector<std::string>{"starting", "main", "healing", "convergence", "final reads",
                                      "stopping"}));
  ASSERT_TRUE(record.convergence && record.convergence->reached && record.recovered);
  EXPECT_EQ(record.convergence->within, milliseconds(500));
  EXPECT_GE(record.convergence->begun, *record.healed);
  EXPECT_GE(*record.recovered, *record.convergence->reached);
  EXPECT_EQ(record.convergence->disagreement, "");
}

TEST(Convergence, nodes_that_never_agree_are_waited_for_as_long_as_promised) {
  ConvergenceExperiment experiment;
  const RunRecord record = experiment.run();
  ASSERT_TRUE(record.convergence);
  EXPECT_FALSE(record.convergence->reached);
  EXPECT_EQ(record.convergence->disagreement, "n1 and n2 differ");
  EXPECT_GE(*record.recovered - record.convergence->begun, milliseconds(500));
  EXPECT_LT(*record.recovered - record.convergence->begun, milliseconds(600));
  EXPECT_TRUE(record.recovered) << "the final reads come all the same";
}

TEST(Convergence, is_not_asked_for_unless_the_plan_does_and_somebody_can_see) {
  ConvergenceExperiment experiment;
  experiment.plan.convergence = milliseconds(0);
  EXPECT_FALSE(experiment.run().convergence);
  ConvergenceExperiment blind;
  blind.cluster.look = nullptr;
  EXPECT_FALSE(blind.run().convergence);
  EXPECT_EQ(std::count(blind.phases.begin(), blind.phases.end(), "convergence"), 0);
}

TEST(Convergence, the_manifest_promises_it_by_an_option) {
  const std::string head =
      "name = \"x\"\nworkloads = [\"register\"]\n[node]\ncommand = [\"x\"]\n"
      "[options]\nsync_ms = 50\nmode = \"fast\"\n";
  const TargetManifest manifest =
      read_manifest(head + "[convergence]\nunit = \"sync_ms\"\nwithin = 40\n", "target.toml");
  EXPECT_EQ(manifest.convergence.unit, "sync_ms");
  EXPECT_EQ(manifest.convergence.within, 40);
  EXPECT_EQ(read_manifest(head, "target.toml").convergence.unit, "");
  try {
    read_manifest(head + "[convergence]\nunit = \"mode\"\n", "target.toml");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(error.message.find("`convergence.unit` is \"mode\""), std::string::npos)
        << error.message;
  }
}

}  // namespace
}  // namespace faultrig
