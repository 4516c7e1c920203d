// Random schedules over the clean node: messages lost, repeated and reordered, torn disks, crashes,
// power failures, restarts, cuts, wall clocks that jump. No invariant may break in any step, and
// after healing the nodes must come to agree. With a bug something must break in some of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/targets/causal_kv/test_cluster_support.hpp"
#include "tests/targets/chaos_support.hpp"

namespace faultrig::causal_kv {
namespace {

class CausalChaos {
 public:
  explicit CausalChaos(const TestCluster::Settings& settings)
      : random_(Random(settings.seed).fork("chaos")), cluster_(settings) {
    cluster_.set_prompt_disks(false);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) act();
  }

  // Everything whole again; then the nodes must agree within some rounds of exchanges.
  bool converges() {
    make_whole(cluster_);
    return cluster_.run_until(std::chrono::seconds(2),
                              [&] { return cluster_.disagreement().empty(); });
  }

  const TestCluster& cluster() const { return cluster_; }
  void watch_with(ClusterObserver& twin) { cluster_.watch_with(twin); }

 private:
  void act() {
    const std::uint64_t dice = random_.below(1000);
    const NodeName node = random_.pick(cluster_.names());
    if (dice < 500) {
      meddle_with_a_message(cluster_, random_, 5);
    } else if (dice < 740) {
      cluster_.persist_one(node);
    } else if (dice < 840) {
      if (const auto timer = cluster_.next_timer()) cluster_.fire(timer->first, timer->second);
    } else if (dice < 960) {
      ask(node);
    } else if (dice < 970) {
      cluster_.set_cut(node, random_.pick(cluster_.names()), true);
    } else if (dice < 976) {
      cluster_.heal();
    } else if (dice < 982) {
      if (cluster_.is_up(node)) cluster_.crash(node, &random_);
    } else if (dice < 984) {
      fail_power(cluster_, random_);
    } else if (dice < 988) {
      cluster_.jump_wall_clock(node, std::chrono::milliseconds(random_.between(-1000, 1000)));
    } else if (!cluster_.is_up(node)) {
      cluster_.restart(node);
    }
  }

  // A client stays with its node.
  void ask(const NodeName& node) {
    const std::string client = "c-" + node;
    const Value key(std::string(1, static_cast<char>('a' + random_.below(3))));
    if (random_.chance({1, 3})) {
      cluster_.request(client, node, {{"type", "read"}, {"key", key}});
    } else {
      cluster_.request(client, node, {{"type", "write"}, {"key", key}, {"value", ++value_}});
    }
  }

  Random random_;
  TestCluster cluster_;
  std::int64_t value_ = 0;
};

TestCluster::Settings settings_of(std::uint64_t seed) {
  TestCluster::Settings settings;
  settings.seed = seed;
  settings.nodes = seed % 2 == 0 ? 3 : 5;
  settings.config.batch_writes = seed % 3 == 0 ? 2 : 256;
  settings.config.buffered_writes = seed % 5 == 0 ? 3 : 10000;
  return settings;
}

std::uint64_t seeds() { return seeds_or(200); }

TEST(CausalRandomSchedule, TheCleanNodeBreaksNothingAndConverges) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    CausalChaos chaos(settings_of(seed));
    chaos.run(1500);
    ASSERT_EQ(violations_of(chaos.cluster()), "") << "seed " << seed;
    ASSERT_TRUE(chaos.converges()) << "seed " << seed << ": " << chaos.cluster().disagreement();
    ASSERT_EQ(violations_of(chaos.cluster()), "") << "after healing, seed " << seed;
    for (const Happening& happening : chaos.cluster().happenings()) ++seen[happening.what];
  }
  // The schedules must have been worth something.
  for (const char* event : {"causal.write", "causal.deliver", "causal.buffer", "causal.catch_up",
                            "causal.torn_tail", "read_ok", "write_ok", "error"}) {
    EXPECT_GT(seen[event], 10) << event;
  }
}

// The same schedules must have teeth: each bug breaks something in some of them.
class CausalScheduleFinds : public testing::TestWithParam<Bug> {};

TEST_P(CausalScheduleFinds, TheBug) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    TestCluster::Settings settings = settings_of(seed);
    settings.bugs.add(GetParam());
    CausalChaos chaos(settings);
    chaos.run(1500);
    if (!chaos.cluster().observer().violations().empty() || !chaos.converges()) {
      RecordProperty("seed", static_cast<int>(seed));
      return;
    }
  }
  FAIL() << "not found in 300 seeds";
}

INSTANTIATE_TEST_SUITE_P(CausalKv, CausalScheduleFinds, testing::ValuesIn([] {
                           std::vector<Bug> bugs;
                           for (const BugInfo& row : all_bugs()) bugs.push_back(row.bug);
                           return bugs;
                         }()));

// The stupid way: after every step all logs are read from the beginning, and all nodes are
// compared.
class ReadEverything final : public ClusterObserver {
 public:
  void after_step(std::size_t, std::span<const Node* const> nodes) override {
    std::map<std::string, std::uint64_t> values;
    for (const Node* each : nodes) {
      const auto* node = static_cast<const CausalNode*>(each);
      if (node == nullptr) continue;
      VectorClock clock(nodes.size());
      VectorClock shown(nodes.size());
      for (std::size_t place = 0; place < node->log().size(); ++place) {
        const Write& write = *node->log().at(place);
        VectorClock needed = write.after;
        if (!clock.covers(needed)) report("causal-delivery");
        if (clock[write.origin] >= write.sequence) report("delivered-once");
        clock.raise(write.origin, write.sequence);
        if (place < node->shown()) shown = clock;
      }
      const auto [at, is_new] = values.try_emplace(shown.to_string(), node->store().digest());
      if (!is_new && at->second != node->store().digest()) report("state-digest");
    }
  }
  void on_request(const Message&) override {}
  void on_reply(const Message&) override {}
  const std::vector<Violation>& violations() const override { return violations_; }

 private:
  void report(const std::string& property) {
    if (reported_.insert(property).second) violations_.push_back({property, ""});
  }
  std::vector<Violation> violations_;
  std::set<std::string> reported_;
};

// What reading everything finds, the watches find too. (They may find more: they know what a write
// really came after.)
TEST(CausalRandomSchedule, TheWatchesFindWhatTheirTwinFinds) {
  std::map<std::string, int> found;
  for (std::size_t bug = 0; bug <= bug_count; ++bug) {
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
      TestCluster::Settings settings = settings_of(seed);
      if (bug < bug_count) settings.bugs.add(static_cast<Bug>(bug));
      ReadEverything twin;
      CausalChaos chaos(settings);
      chaos.watch_with(twin);
      chaos.run(600);
      EXPECT_TRUE(bug < bug_count || twin.violations().empty()) << "clean, seed " << seed;
      for (const Violation& violation : twin.violations()) {
        ++found[violation.property];
        const std::vector<Violation>& all = chaos.cluster().observer().violations();
        EXPECT_FALSE(all.empty()) << violation.property << ", bug " << bug << ", seed " << seed;
      }
    }
  }
  EXPECT_GT(found["causal-delivery"], 3);
  EXPECT_GT(found["state-digest"], 3);
}

TEST(CausalRandomSchedule, OneSeedIsOneRun) {
  const auto lines = [](std::uint64_t seed) {
    CausalChaos chaos(settings_of(seed));
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
}  // namespace faultrig::causal_kv
