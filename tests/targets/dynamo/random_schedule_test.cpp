// Random schedules over the clean node, under each conflict rule and kind of quorum: messages lost,
// repeated and reordered, torn disks, crashes, power failures, cuts, wall clocks that jump, members
// that join and leave. No invariant may break in any step, and after healing the nodes must come to
// agree and forget their tombstones. With a bug something must break in some of them.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/targets/chaos_support.hpp"
#include "tests/targets/dynamo/test_cluster_support.hpp"

namespace faultrig::dynamo {
namespace {

class DynamoChaos {
 public:
  DynamoChaos(const TestCluster::Settings& settings, bool moves_members)
      : random_(Random(settings.seed).fork("chaos")),
        conflict_(settings.config.conflict),
        moves_members_(moves_members),
        cluster_(settings) {
    cluster_.set_prompt_disks(false);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) act();
  }

  // Everything whole again; then the nodes must agree within some rounds of anti-entropy.
  bool converges() {
    make_whole(cluster_);
    return cluster_.run_until(std::chrono::seconds(3),
                              [&] { return cluster_.disagreement().empty(); });
  }

  // Where nothing happens any more, no tombstone is kept for ever.
  bool forgets_tombstones() {
    return cluster_.run_until(std::chrono::seconds(60), [&] {
      return std::none_of(
          cluster_.names().begin(), cluster_.names().end(), [&](const NodeName& name) {
            const Entries& entries = cluster_.node(name).entries();
            return std::any_of(entries.begin(), entries.end(),
                               [](const auto& entry) { return entry.second.now.is_deleted(); });
          });
    });
  }

  const TestCluster& cluster() const { return cluster_; }

 private:
  void act() {
    const std::uint64_t dice = random_.below(1000);
    const NodeName node = random_.pick(cluster_.names());
    if (dice < 550) {
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
    } else if (dice < 990 && moves_members_) {
      cluster_.request("admin", node,
                       {{"type", random_.chance({1, 2}) ? "join" : "leave"},
                        {"node", random_.pick(cluster_.names())}});
    } else if (!cluster_.is_up(node)) {
      cluster_.restart(node);
    }
  }

  // A client stays with its node.
  void ask(const NodeName& node) {
    const std::string client = "c-" + node;
    const Value key(std::string(1, static_cast<char>('a' + random_.below(3))));
    const std::uint64_t dice = random_.below(100);
    if (dice < 40) {
      cluster_.request(client, node, {{"type", "read"}, {"key", key}});
    } else if (dice < 55) {
      cluster_.request(client, node, {{"type", "delete"}, {"key", key}});
    } else if (conflict_ == Conflict::merge) {
      cluster_.request(client, node, {{"type", "add"}, {"key", key}, {"element", ++value_}});
    } else {
      Value::Map body{{"type", "write"}, {"key", key}, {"value", ++value_}};
      if (const auto seen = last_context(client); seen && random_.chance({2, 3})) {
        body.emplace_back("context", *seen);
      }
      cluster_.request(client, node, std::move(body));
    }
  }

  // Of the last answer that the client was given; it may be of another key, as clients err.
  std::optional<Value> last_context(const std::string& client) const {
    const std::vector<Happening>& all = cluster_.happenings();
    for (std::size_t i = all.size(); i > 0 && i + 200 > all.size(); --i) {
      const Value* context = all[i - 1].fields.find("context");
      if (all[i - 1].who == client && context != nullptr) return *context;
    }
    return std::nullopt;
  }

  Random random_;
  Conflict conflict_;
  bool moves_members_;
  TestCluster cluster_;
  std::int64_t value_ = 0;
};

constexpr int steps = 1500;

TestCluster::Settings settings_of(std::uint64_t seed) {
  TestCluster::Settings settings;
  settings.seed = seed;
  settings.nodes = seed % 2 == 0 ? 3 : 5;
  settings.config.virtual_nodes = 4;
  settings.config.quorum = seed % 4 < 2 ? Quorum::sloppy : Quorum::strict;
  // No message may be under way for longer, and here some are for seconds.
  settings.config.grace_ms = 8000;
  settings.config.batch_hints = seed % 5 == 0 ? 1 : 64;
  const Conflict rules[] = {Conflict::lww, Conflict::siblings, Conflict::merge};
  settings.config.conflict = rules[seed % 3];
  return settings;
}

bool moves_members(std::uint64_t seed) { return seed % 8 == 1 || seed % 8 == 3; }

std::uint64_t seeds() { return seeds_or(120); }

TEST(DynamoRandomSchedule, TheCleanNodeBreaksNothingAndConverges) {
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    DynamoChaos chaos(settings_of(seed), moves_members(seed));
    chaos.run(steps);
    ASSERT_EQ(violations_of(chaos.cluster()), "") << "seed " << seed;
    ASSERT_TRUE(chaos.converges()) << "seed " << seed << ": " << chaos.cluster().disagreement();
    ASSERT_EQ(violations_of(chaos.cluster()), "") << "after healing, seed " << seed;
    ASSERT_TRUE(chaos.forgets_tombstones()) << "seed " << seed;
    ASSERT_EQ(violations_of(chaos.cluster()), "") << "after forgetting, seed " << seed;
    ASSERT_EQ(chaos.cluster().disagreement(), "") << "after forgetting, seed " << seed;
    for (const Happening& happening : chaos.cluster().happenings()) ++seen[happening.what];
  }
  // The schedules must have been worth something.
  for (const char* event :
       {"dynamo.hint", "dynamo.handoff", "dynamo.read_repair", "dynamo.catch_up", "dynamo.collect",
        "dynamo.torn_tail", "dynamo.members", "read_ok", "write_ok", "add_ok", "delete_ok",
        "leave_ok", "error"}) {
    EXPECT_GT(seen[event], 10) << event;
  }
}

// The same schedules must have teeth: each bug breaks something in some of them.
class DynamoScheduleFinds : public testing::TestWithParam<Bug> {};

TEST_P(DynamoScheduleFinds, TheBug) {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    TestCluster::Settings settings = settings_of(seed);
    settings.bugs.add(GetParam());
    if (GetParam() == Bug::tombstone_early_gc) settings.config.grace_ms = 100;
    DynamoChaos chaos(settings, false);
    chaos.run(steps);
    if (!chaos.cluster().observer().violations().empty() || !chaos.converges()) {
      RecordProperty("seed", static_cast<int>(seed));
      return;
    }
  }
  FAIL() << "not found in 300 seeds";
}

INSTANTIATE_TEST_SUITE_P(Dynamo, DynamoScheduleFinds, testing::ValuesIn([] {
                           std::vector<Bug> bugs;
                           for (const BugInfo& row : all_bugs()) bugs.push_back(row.bug);
                           return bugs;
                         }()));

TEST(DynamoRandomSchedule, OneSeedIsOneRun) {
  const auto lines = [](std::uint64_t seed) {
    DynamoChaos chaos(settings_of(seed), true);
    chaos.run(steps);
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
}  // namespace faultrig::dynamo
