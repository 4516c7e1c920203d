// Random schedules over the node: messages lost, repeated and reordered, torn disks, crashes, power
// failures, restarts, cuts, requests sent again. In the clean node no invariant may break in any
// step, and what is left alone must end; every planted bug must break one.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/targets/bank_2pc/bank_cluster_support.hpp"
#include "tests/targets/chaos_support.hpp"

namespace faultrig::bank_2pc {
namespace {

class Chaos {
 public:
  explicit Chaos(const BankCluster::Settings& settings)
      : random_(Random(settings.seed).fork("chaos")),
        accounts_(settings.config.accounts),
        cluster_(settings) {
    cluster_.set_prompt_disks(false);
  }

  void run(int steps) {
    for (int i = 0; i < steps; ++i) act();
    come_to_rest();
  }

  const BankCluster& cluster() const { return cluster_; }
  bool has_happened(const std::string& what) const {
    const auto& all = cluster_.happenings();
    return std::any_of(all.begin(), all.end(),
                       [&](const Happening& happening) { return happening.what == what; });
  }

 private:
  void act() {
    const std::uint64_t dice = random_.below(1000);
    const NodeName node = random_.pick(cluster_.names());
    if (dice < 640) {
      meddle_with_a_message(cluster_, random_, 4);
    } else if (dice < 840) {
      cluster_.persist_one(node);
    } else if (dice < 890) {
      if (const auto timer = cluster_.next_timer()) cluster_.fire(timer->first, timer->second);
    } else if (dice < 970) {
      ask(node);
    } else if (dice < 976) {
      cluster_.set_cut(node, random_.pick(cluster_.names()), true);
    } else if (dice < 984) {
      cluster_.heal();
    } else if (dice < 988) {
      if (cluster_.is_up(node)) cluster_.crash(node, &random_);
    } else if (dice < 989) {
      fail_power(cluster_, random_);
    } else if (dice < 991) {
      cluster_.wait(std::chrono::milliseconds(random_.between(50, 600)));
    } else if (!cluster_.is_up(node)) {
      cluster_.restart(node);
    }
  }

  void ask(const NodeName& node) {
    const std::string client = "c" + std::to_string(random_.below(5));
    const std::uint64_t dice = random_.below(20);
    if (dice < 1 && cluster_.has_asked(client)) {
      cluster_.request_again(client, node);
    } else if (dice < 7) {
      cluster_.request(client, node, {{"type", "read"}});
    } else {
      const std::int64_t from = random_.between(0, accounts_ - 1);
      cluster_.request(client, node,
                       {{"type", "transfer"},
                        {"from", from},
                        {"to", (from + random_.between(1, accounts_ - 1)) % accounts_},
                        {"amount", random_.between(1, 5)}});
    }
  }

  void come_to_rest() {
    make_whole(cluster_);
    cluster_.come_to_rest();
  }

  Random random_;
  std::int64_t accounts_;
  BankCluster cluster_;
};

BankCluster::Settings settings_of(std::uint64_t seed) {
  BankCluster::Settings settings;
  settings.seed = seed;
  settings.nodes = 2 + static_cast<int>(seed % 4);
  // Few accounts meet often; a file that is rewritten often has snapshots amid everything.
  settings.config.accounts = seed % 2 == 0 ? 4 : 12;
  settings.config.snapshot_records = seed % 3 == 0 ? 10 : 5000;
  return settings;
}

std::uint64_t seeds() { return seeds_or(300); }

TEST(BankRandomSchedule, TheCleanNodeBreaksNothing) {
  bool committed = false, read = false, asked = false, presumed = false;
  for (std::uint64_t seed = 1; seed <= seeds(); ++seed) {
    Chaos chaos(settings_of(seed));
    chaos.run(1500);
    for (const Violation& violation : chaos.cluster().observer().violations()) {
      FAIL() << "seed " << seed << ": " << violation.property << ": " << violation.what;
    }
    committed = committed || chaos.has_happened("transfer_ok");
    read = read || chaos.has_happened("read_ok");
    asked = asked || chaos.has_happened("txn.abort");
    presumed = presumed || chaos.has_happened("txn.presume_abort");
  }
  EXPECT_TRUE(committed && read && asked && presumed) << "the schedules test too little";
}

class EveryBankBug : public testing::TestWithParam<Bug> {};

TEST_P(EveryBankBug, IsFound) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    BankCluster::Settings settings = settings_of(seed);
    settings.bugs.add(GetParam());
    Chaos chaos(settings);
    chaos.run(1500);
    if (!chaos.cluster().observer().violations().empty()) return;
  }
  FAIL() << "not within 200 seeds";
}

std::vector<Bug> every_bug() {
  std::vector<Bug> bugs;
  for (const BugInfo& row : all_bugs()) bugs.push_back(row.bug);
  return bugs;
}

std::string test_name(const testing::TestParamInfo<Bug>& each) {
  std::string name(all_bugs()[static_cast<std::size_t>(each.param)].name);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Bank2pc, EveryBankBug, testing::ValuesIn(every_bug()), test_name);

}  // namespace
}  // namespace faultrig::bank_2pc
