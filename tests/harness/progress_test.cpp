// Does a healed majority get on while the rest stays broken? What asks for it, and the phase
// itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "harness/errors.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/workers.hpp"
#include "harness/manifest.hpp"
#include "harness/run.hpp"
#include "tests/harness/run_support.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

struct ProgressExperiment : FakeExperiment {
  ProgressExperiment() : FakeExperiment(5) {
    plan.progress = milliseconds(500);
    callbacks.progress = [this](const RunProgress& progress) {
      if (phases.empty() || phases.back() != progress.phase) phases.push_back(progress.phase);
    };
  }
  // Reads take that long from the end of the main phase until healing.
  void answer_slowly(Duration latency) {
    const auto answer = service;
    service = [=, this](const Invocation& invocation, const Value& body) {
      VirtualAnswer given = answer(invocation, body);
      if (invocation.f == "read" && !called("injector heal")) given.latency = latency;
      return given;
    };
  }
  std::ptrdiff_t position(const std::string& prefix) const {
    const auto at = std::find_if(cluster.calls.begin(), cluster.calls.end(),
                                 [&](const auto& call) { return call.starts_with(prefix); });
    return at - cluster.calls.begin();
  }
  std::vector<std::string> phases;
};

TEST(Progress, is_proven_after_the_main_phase_and_before_healing) {
  ProgressExperiment experiment;
  const RunRecord record = experiment.run();
  EXPECT_EQ(experiment.phases, (std::vector<std::string>{"starting", "main", "progress", "healing",
                                                         "final reads", "stopping"}));
  ASSERT_TRUE(record.progress && record.progress->reached && record.recovered);
  EXPECT_EQ(record.progress->within, milliseconds(500));
  EXPECT_GE(record.progress->begun, *record.main_ended);
  EXPECT_GE(*record.progress->reached, record.progress->begun);
  EXPECT_GE(*record.healed, *record.progress->reached);
  EXPECT_GT(*record.recovered, *record.healed) << "recovery is measured anew";
  EXPECT_LT(experiment.position("injector heal within"), experiment.position("heal"));
}

TEST(Progress, the_core_is_a_majority_that_the_seed_draws) {
  std::set<std::vector<NodeName>> cores;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ProgressExperiment experiment, again;
    experiment.plan.seed = again.plan.seed = seed;
    const auto core = experiment.run().progress.value().core;
    EXPECT_EQ(core.size(), 3u);
    EXPECT_TRUE(std::is_sorted(core.begin(), core.end()));
    EXPECT_EQ(core, again.run().progress.value().core);
    cores.insert(core);
  }
  EXPECT_GT(cores.size(), 3u);
}

TEST(Progress, is_not_asked_for_unless_the_plan_does) {
  ProgressExperiment experiment;
  experiment.plan.progress = milliseconds(0);
  EXPECT_FALSE(experiment.run().progress);
  ProgressExperiment without;
  without.final = nullptr;
  EXPECT_FALSE(without.run().progress) << "nothing could prove it";
}

TEST(Progress, an_answer_after_the_limit_is_none) {
  ProgressExperiment experiment;
  experiment.answer_slowly(milliseconds(501));
  const RunRecord record = experiment.run();
  ASSERT_TRUE(record.progress);
  EXPECT_FALSE(record.progress->reached);
  EXPECT_TRUE(record.recovered);
}

TEST(Progress, an_answer_within_the_limit_counts) {
  ProgressExperiment experiment;
  experiment.answer_slowly(milliseconds(499));
  const RunRecord record = experiment.run();
  ASSERT_TRUE(record.progress && record.progress->reached);
  EXPECT_EQ(*record.progress->reached - record.progress->begun, milliseconds(499));
}

TEST(Progress, one_success_is_enough) {
  ProgressExperiment experiment;
  int reads = 0;
  const auto answer = experiment.service;
  experiment.service = [&](const Invocation& invocation, const Value& body) {
    if (invocation.f == "read" && !experiment.called("injector heal")) ++reads;
    return answer(invocation, body);
  };
  experiment.run();
  EXPECT_LE(reads, experiment.plan.clients);
}

TEST(Progress, where_the_core_cannot_be_healed_the_run_ends_and_its_record_stays) {
  ProgressExperiment experiment;
  const auto shown = experiment.callbacks.progress;
  experiment.callbacks.progress = [&](const RunProgress& progress) {
    if (progress.phase == "main") {
      experiment.injector.refusal = EnvironmentError("cannot start", "node n1", 5);
    }
    shown(progress);
  };
  const RunRecord record = experiment.run();
  EXPECT_FALSE(record.progress);
  EXPECT_NE(record.environment_error.find("cannot start node n1"), std::string::npos);
  EXPECT_TRUE(record.healed);
}

TEST(Progress, an_interrupted_phase_has_not_failed) {
  ProgressExperiment experiment;
  experiment.answer_slowly(milliseconds(400));
  experiment.callbacks.should_stop = [&] {
    const auto& phases = experiment.phases;
    return !phases.empty() && phases.back() == "progress" ? "interrupted" : "";
  };
  const RunRecord record = experiment.run();
  EXPECT_EQ(record.interrupted, "interrupted");
  ASSERT_TRUE(record.progress);
  EXPECT_FALSE(record.progress->reached);
  EXPECT_TRUE(record.healed);
}

constexpr const char* manifest_head =
    "name = 'x'\nworkloads = ['register']\n[node]\ncommand = ['run']\n"
    "[options]\nelection_ms = 300\nreads = 'lease'\n";

TEST(Progress, a_manifest_promises_it_in_units_of_an_option) {
  const TargetManifest manifest =
      read_manifest(std::string(manifest_head) + "[progress]\nunit = 'election_ms'\nwithin = 20\n",
                    "target.toml");
  EXPECT_EQ(manifest.progress.unit, "election_ms");
  EXPECT_EQ(manifest.progress.within, 20);
  EXPECT_EQ(read_manifest(manifest_head, "target.toml").progress.unit, "");
}

TEST(Progress, a_unit_that_is_no_length_is_refused) {
  for (const char* unit : {"election", "reads"}) {
    try {
      read_manifest(std::string(manifest_head) + "[progress]\nunit = '" + unit + "'\nwithin = 2\n",
                    "target.toml");
      ADD_FAILURE() << unit;
    } catch (const UsageError& error) {
      EXPECT_EQ(error.line, 9);
      EXPECT_NE(error.message.find(unit), std::string::npos);
      EXPECT_NE(error.hint.find("milliseconds"), std::string::npos);
    }
  }
  EXPECT_THROW(read_manifest(std::string(manifest_head) + "[progress]\nunti = 'x'\n", "t.toml"),
               UsageError);
}

TEST(Progress, a_plan_keeps_what_it_says_of_progress_and_of_the_simulated_world) {
  const RunPlan plan = read_plan(
      "[run]\ntarget = 'x'\nbackend = 'sim'\nprogress_ms = 1500\n[sim]\nreorder = true\n"
      "latency_max_us = 70\n",
      "plan.toml");
  EXPECT_EQ(plan.progress, milliseconds(1'500));
  const RunPlan again = read_plan(to_toml(plan), "plan.toml");
  EXPECT_EQ(again.progress, plan.progress);
  EXPECT_EQ(again.backend, "sim");
  EXPECT_TRUE(backend_options(again, "sim").boolean("reorder", false));
  EXPECT_EQ(backend_options(again, "sim").integer("latency_max_us", 0, 0, 100), 70);
  EXPECT_THROW(read_plan("[run]\ntarget = 'x'\nprogress_ms = -1\n", "plan.toml"), UsageError);
  EXPECT_THROW(read_plan("sim = 3\n[run]\ntarget = 'x'\n", "plan.toml"), UsageError);
}

class Log : public DrawLog {
 public:
  void on_fork(std::uint64_t parent, std::string_view name, std::uint64_t child) override {
    forks.emplace_back(name);
    EXPECT_NE(parent, child);
  }
  void on_draw(std::uint64_t stream, std::uint64_t value) override {
    draws.emplace_back(stream, value);
  }
  std::vector<std::string> forks;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> draws;
};

TEST(DrawLog, sees_every_fork_and_every_draw_of_a_stream_its_forks_and_its_copies) {
  Log log;
  Random root(7, &log);
  Random child = root.fork("network").fork(std::uint64_t{3});
  const std::uint64_t first = child.next();
  Random copy = child;
  copy.next();
  child.below(10);
  EXPECT_EQ(log.forks, (std::vector<std::string>{"network", "3"}));
  ASSERT_GE(log.draws.size(), 3u);
  EXPECT_EQ(log.draws[0].second, first);
  EXPECT_EQ(log.draws[1], log.draws[2]) << "a copy goes on where it was copied";
  Random unseen = Random(7).fork("network").fork(std::uint64_t{3});
  EXPECT_EQ(unseen.next(), first) << "being seen changes nothing";
}

}  // namespace
}  // namespace faultrig
