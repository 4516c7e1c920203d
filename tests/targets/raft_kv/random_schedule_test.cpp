// Random schedules over the clean node: messages lost, repeated and reordered, torn disks, crashes,
// power failures, restarts, cuts, wall clocks that jump, requests sent again; reads both ways. No
// invariant may break in any step, and after healing there must be progress.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/targets/chaos_support.hpp"
#include "tests/targets/raft_kv/pairwise_support.hpp"
#include "tests/targets/raft_kv/test_cluster_support.hpp"

namespace faultrig::raft_kv {
namespace {

class Chaos {
 public:
  explicit Chaos(TestCluster::Settings settings)
      : random_(Random(settings.seed).fork("chaos")),
        patient_(settings.seed % 8 < 2),
        cluster_(settings) {
    cluster_.set_prompt_disks(false);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) act();
  }

  // Everything whole again; then one write must get through.
  bool recovers() {
    make_whole(cluster_);
    std::size_t seen = cluster_.happenings().size();
    NodeTime next_try = cluster_.now();
    return cluster_.run_until(std::chrono::seconds(20), [&] {
      for (; seen < cluster_.happenings().size(); ++seen) {
        const Happening& happening = cluster_.happenings()[seen];
        if (happening.who == "final" && happening.what == "write_ok") return true;
      }
      if (cluster_.now() >= next_try) {
        cluster_.request("final", random_.pick(cluster_.names()),
                         {{"type", "write"}, {"key", "k"}, {"value", 0}});
        next_try = cluster_.now() + std::chrono::milliseconds(100);
      }
      return false;
    });
  }

  const TestCluster& cluster() const { return cluster_; }
  void watch_with(ClusterObserver& twin) { cluster_.watch_with(twin); }

 private:
  void act() {
    const std::uint64_t dice = random_.below(1000);
    const NodeName node = random_.pick(cluster_.names());
    if (patient_ && dice < 10) {
      cluster_.jump_wall_clock(node, std::chrono::milliseconds(random_.between(-1000, 1000)));
    } else if (patient_ && dice < 60) {
      if (const auto timer = cluster_.next_timer()) cluster_.fire(timer->first, timer->second);
    } else if (dice < 600) {
      meddle_with_a_message(cluster_, random_, 5);
    } else if (dice < 840) {
      cluster_.persist_one(node);
    } else if (dice < 880) {
      if (const auto timer = cluster_.next_timer()) cluster_.fire(timer->first, timer->second);
    } else if (dice < 970) {
      ask(node);
    } else if (dice < 977) {
      cluster_.set_cut(node, random_.pick(cluster_.names()), true);
    } else if (dice < 980) {
      isolate(patient_ ? leader_or(node) : node);
    } else if (dice < 986) {
      if (!patient_ || random_.chance({1, 5})) cluster_.heal();
    } else if (dice < 990) {
      if (cluster_.is_up(node)) cluster_.crash(node, &random_);
    } else if (dice < 991) {
      fail_power(cluster_, random_);
    } else if (dice < 993) {
      cluster_.jump_wall_clock(node, std::chrono::milliseconds(random_.between(-1000, 1000)));
    } else if (!cluster_.is_up(node)) {
      cluster_.restart(node);
    }
  }

  NodeName leader_or(const NodeName& other) const {
    for (const NodeName& name : cluster_.names()) {
      if (cluster_.is_up(name) && cluster_.node(name).role() == Role::leader) return name;
    }
    return other;
  }

  // With a clock that somebody sets right at the wrong moment.
  void isolate(const NodeName& node) {
    for (const NodeName& other : cluster_.names()) {
      if (other != node) cluster_.set_cut(node, other, true);
    }
    if (patient_) {
      cluster_.jump_wall_clock(node, std::chrono::milliseconds(random_.between(-1000, 0)));
    }
  }

  void ask(const NodeName& node) {
    const std::string client = "c" + std::to_string(random_.below(4));
    const Value key(std::string(1, static_cast<char>('a' + random_.below(2))));
    const std::uint64_t dice = random_.below(11);
    if (dice == 10) {
      if (cluster_.has_asked(client)) cluster_.request_again(client, node);
    } else if (dice < 4) {
      cluster_.request(client, node, {{"type", "read"}, {"key", key}});
    } else if (dice < 8) {
      cluster_.request(client, node, {{"type", "write"}, {"key", key}, {"value", ++value_}});
    } else {
      cluster_.request(client, node,
                       {{"type", "cas"}, {"key", key}, {"from", value_}, {"to", value_ + 1}});
    }
  }

  Random random_;
  bool patient_;  // cuts last, time flies, and clocks jump often
  TestCluster cluster_;
  std::int64_t value_ = 0;
};

TestCluster::Settings settings_of(std::uint64_t seed) {
  TestCluster::Settings settings;
  settings.seed = seed;
  settings.nodes = seed % 2 == 0 ? 3 : 5;
  settings.config.snapshot_entries = seed % 3 == 0 ? 8 : 5000;
  settings.config.append_entries = seed % 5 == 0 ? 2 : 512;
  if (seed % 4 < 2) settings.config.reads = ReadMode::lease;
  if (seed % 8 < 2) settings.config.check_quorum_ms = 3000;  // old leaders last
  return settings;
}

std::uint64_t seeds() { return seeds_or(200); }

TEST(RandomSchedule, TheCleanNodeBreaksNothingAndRecovers) {
  std::map<std::string, int> seen;
  Index committed = 0;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    Chaos chaos(settings_of(seed));
    chaos.run(1500);
    ASSERT_EQ(violations_of(chaos.cluster()), "") << "seed " << seed;
    ASSERT_TRUE(chaos.recovers()) << "no progress after healing, seed " << seed;
    ASSERT_EQ(violations_of(chaos.cluster()), "") << "after healing, seed " << seed;
    ASSERT_TRUE(chaos.cluster().invariants().sees_all()) << "seed " << seed;
    for (const Happening& happening : chaos.cluster().happenings()) ++seen[happening.what];
    committed += chaos.cluster().invariants().committed();
  }
  // The schedules must have been worth something.
  for (const char* event : {"raft.truncate", "raft.snapshot_create", "raft.snapshot_install",
                            "raft.torn_tail", "read_ok", "write_ok", "cas_ok", "error"}) {
    EXPECT_GT(seen[event], 10) << event;
  }
  EXPECT_GT(committed, 2000);
}

// The same schedules must have teeth: each bug breaks something in some of them.
class RandomScheduleFinds : public testing::TestWithParam<Bug> {};

TEST_P(RandomScheduleFinds, TheBug) {
  for (std::uint64_t seed = 1; seed <= 3000; ++seed) {
    TestCluster::Settings settings = settings_of(seed);
    settings.bugs.add(GetParam());
    Chaos chaos(settings);
    chaos.run(1500);
    if (!chaos.cluster().invariants().violations().empty()) {
      RecordProperty("seed", static_cast<int>(seed));
      return;
    }
  }
  FAIL() << "not found in 3000 seeds";
}

INSTANTIATE_TEST_SUITE_P(RaftKv, RandomScheduleFinds, testing::ValuesIn([] {
                           std::vector<Bug> bugs;
                           for (const BugInfo& row : all_bugs()) bugs.push_back(row.bug);
                           return bugs;
                         }()));

// What comparing all logs after every step finds, the watches find too; and the clean node shows
// nothing to either. (The watches may find more: they remember logs that are gone.)
TEST(RandomSchedule, TheWatchesFindWhatTheirTwinsFind) {
  std::map<std::string, int> found;
  for (std::size_t bug = 0; bug <= bug_count; ++bug) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
      TestCluster::Settings settings = settings_of(seed);
      if (bug < bug_count) settings.bugs.add(static_cast<Bug>(bug));
      PairwiseTwin twin;
      Chaos chaos(settings);
      chaos.watch_with(twin);
      chaos.run(1500);
      EXPECT_TRUE(bug < bug_count || twin.violations().empty()) << "clean, seed " << seed;
      for (const Violation& violation : twin.violations()) {
        ++found[violation.property];
        const std::vector<Violation>& all = chaos.cluster().invariants().violations();
        EXPECT_TRUE(
            std::any_of(all.begin(), all.end(),
                        [&](const Violation& v) { return v.property == violation.property; }))
            << violation.property << ", bug " << bug << ", seed " << seed;
      }
    }
  }
  EXPECT_GT(found["log-matching"], 3);
  EXPECT_GT(found["leader-completeness"], 3);
}

TEST(RandomSchedule, OneSeedIsOneRun) {
  const auto lines = [](std::uint64_t seed) {
    Chaos chaos(settings_of(seed));
    chaos.run(1500);
    std::vector<std::string> result;
    for (const Happening& happening : chaos.cluster().happenings()) {
      result.push_back(happening.to_string());
    }
    return result;
  };
  for (const std::uint64_t seed : {1, 2, 3}) EXPECT_EQ(lines(seed), lines(seed));
  EXPECT_NE(lines(1), lines(2));
}

}  // namespace
}  // namespace faultrig::raft_kv
