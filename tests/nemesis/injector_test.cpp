#include "nemesis/injector.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "nemesis/packet.hpp"
#include "tests/nemesis/cluster_support.hpp"

namespace faultrig {
namespace {

using std::chrono::seconds;

class Scene {
 public:
  explicit Scene(std::size_t nodes = 5, std::uint64_t seed = 1)
      : cluster(nodes), injector(cluster, roles, Random(seed), [this](const FaultRecord& record) {
          lines.push_back(record);
        }) {}

  Completion start(const std::string& kind, std::vector<std::string> targets = {},
                   const std::string& slot = "a",
                   const std::map<std::string, std::int64_t>& parameters = {}) {
    FaultOrder order{slot, kind, std::move(targets), parameters, {}, {}};
    return apply("start-" + find_fault(kind)->family, to_value(order));
  }
  Completion stop(const std::string& slot = "a") {
    return apply("stop-any", Value::map({{"slot", slot}}));
  }
  Completion step(const std::string& slot = "a") {
    return apply("step-kill", Value::map({{"slot", slot}}));
  }
  Completion apply(const std::string& f, Value value) {
    Invocation invocation;
    invocation.worker = nemesis_worker;
    invocation.f = f;
    invocation.value = std::move(value);
    return injector.apply(invocation, now += seconds(1));
  }
  const FaultRecord& record(std::size_t i = 0) const { return injector.records().at(i); }
  void lead(const std::string& node) { roles.observe({node, "lead", Value::map({{"term", 1}})}); }

  FakeCluster cluster;
  Roles roles{"lead"};
  std::vector<FaultRecord> lines;
  ClusterInjector injector;
  Time now{};
};

EnvironmentError refusal() { return EnvironmentError("cannot change", "the fake", 5); }

TEST(Injector, APartitionCutsItsLinksAndProvesItByDroppedPackets) {
  Scene scene;
  EXPECT_EQ(scene.start("partition-one", {"n2"}).outcome, Outcome::ok);
  EXPECT_EQ(scene.cluster.link("n2", "n1").block, LinkRule::Block::drop);
  EXPECT_EQ(scene.cluster.link("n1", "n2").block, LinkRule::Block::drop);
  EXPECT_TRUE(scene.cluster.link("n1", "n3").is_clear());
  EXPECT_TRUE(scene.cluster.link("c1", "n2").is_clear()) << "clients still reach the loner";
  scene.cluster.traffic(3);
  EXPECT_EQ(scene.stop().outcome, Outcome::ok);
  EXPECT_TRUE(scene.cluster.all_clear());
  EXPECT_TRUE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.front(), "24 packets dropped on 8 of 8 links");
  EXPECT_EQ(scene.record().evidence.at(1), "n1 -> n2: 3");
  EXPECT_EQ(scene.record().detail, "n2 | n1 n3 n4 n5");
  EXPECT_EQ(scene.record().started, Time(seconds(1)));
  EXPECT_EQ(scene.record().ended, Time(seconds(2)));
  EXPECT_EQ(scene.lines.size(), 2u) << "one line when it starts, one when it ends";
}

TEST(Injector, ACutThatNobodyRanIntoDidNotBite) {
  Scene scene;
  scene.start("partition-halves");
  scene.stop();
  EXPECT_FALSE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.front(), "no packet was dropped on 12 links");
}

TEST(Injector, PacketsDroppedBeforeTheFaultAreNotItsEvidence) {
  Scene scene;
  scene.start("partition-one", {"n2"});
  scene.cluster.traffic();
  scene.stop();
  scene.start("partition-one", {"n2"});
  scene.stop();
  EXPECT_TRUE(scene.record(0).bit);
  EXPECT_FALSE(scene.record(1).bit);
}

TEST(Injector, TwoFaultsOnOneLinkComposeAndRemovingOneKeepsTheOther) {
  Scene scene;
  scene.start("partition-one", {"n2"}, "cut");
  scene.start("packet-delay", {"all"}, "slow");
  const LinkRule both = scene.cluster.link("n1", "n2");
  EXPECT_EQ(both.block, LinkRule::Block::drop);
  EXPECT_EQ(both.delay, std::chrono::milliseconds(100));
  scene.stop("cut");
  EXPECT_EQ(scene.cluster.link("n1", "n2"), packet_rule("packet-delay", {}));
  scene.stop("slow");
  EXPECT_TRUE(scene.cluster.all_clear());
}

TEST(Injector, TwoCutsOfOneLinkHoldUntilBothHaveEnded) {
  Scene scene;
  scene.start("partition-one", {"n2"}, "a");
  scene.start("partition-one", {"n1"}, "b");
  scene.stop("a");
  EXPECT_EQ(scene.cluster.link("n1", "n2").block, LinkRule::Block::drop);
  scene.stop("b");
  EXPECT_TRUE(scene.cluster.all_clear());
}

TEST(Injector, AKillProvesItselfByTheProcessesThatEnded) {
  Scene scene;
  scene.start("kill-one", {"n3"});
  EXPECT_EQ(scene.cluster.status("n3").state, NodeState::stopped);
  EXPECT_TRUE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence, std::vector<std::string>{"n3: 1 process ended"});
  scene.stop();
  EXPECT_TRUE(scene.cluster.all_running());
}

TEST(Injector, KillingADeadNodeProvesNothingButItIsStartedAtTheEnd) {
  Scene scene;
  scene.cluster.crash("n3");
  scene.start("kill-one", {"n3"});
  EXPECT_FALSE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.front(), "n3: was exited already (signal 11 (SIGSEGV))");
  scene.stop();
  EXPECT_TRUE(scene.cluster.all_running());
}

TEST(Injector, ANodeHeldByTwoKillsIsStartedAfterTheSecond) {
  Scene scene;
  scene.start("kill-one", {"n3"}, "a");
  scene.start("kill-all", {}, "b");
  scene.stop("b");
  EXPECT_EQ(scene.cluster.status("n3").state, NodeState::stopped);
  EXPECT_EQ(scene.cluster.status("n1").state, NodeState::running);
  scene.stop("a");
  EXPECT_TRUE(scene.cluster.all_running());
}

TEST(Injector, AKilledNodeThatIsAlsoPausedWaitsForBothToEnd) {
  Scene scene;
  scene.start("pause-one", {"n1"}, "pause");
  EXPECT_TRUE(scene.record(0).bit);
  scene.start("kill-one", {"n1"}, "kill");
  scene.stop("kill");
  EXPECT_EQ(scene.cluster.status("n1").state, NodeState::stopped);
  scene.stop("pause");
  EXPECT_TRUE(scene.cluster.all_running());
}

TEST(Injector, PausingADeadNodeProvesNothing) {
  Scene scene;
  scene.start("kill-one", {"n1"}, "kill");
  scene.start("pause-one", {"n1"}, "pause");
  EXPECT_FALSE(scene.record(1).bit);
  EXPECT_EQ(scene.record(1).evidence.front(), "n1: was stopped, nothing to pause");
}

TEST(Injector, ARollingRestartTakesEveryNodeDownOnceAndUpAtOnce) {
  Scene scene;
  scene.start("restart");
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(scene.cluster.all_running());
    scene.step();
  }
  EXPECT_EQ(scene.step().value, Value("nothing left to restart"));
  scene.stop();
  EXPECT_TRUE(scene.cluster.all_running());
  std::vector<std::string> kills;
  for (const std::string& order : scene.cluster.orders) {
    if (order.starts_with("kill ")) kills.push_back(order);
  }
  std::sort(kills.begin(), kills.end());
  EXPECT_EQ(kills,
            (std::vector<std::string>{"kill n1", "kill n2", "kill n3", "kill n4", "kill n5"}));
  EXPECT_EQ(scene.record().evidence.size(), 5u);
}

// Whatever the seed draws first, four of five nodes are down.
TEST(Injector, AFaultOfProcessesFindsTheNodeThatLives) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (const char* kind : {"pause-one", "kill-one", "pause-minority", "kill-minority"}) {
      Scene scene(5, seed);
      scene.start("kill-one", {"n1", "n2", "n3", "n5"}, "first");
      scene.start(kind, {}, "second");
      EXPECT_TRUE(scene.record(1).bit) << kind << " of seed " << seed;
      const auto& targets = scene.record(1).targets;
      EXPECT_TRUE(std::ranges::count(targets, "n4") == 1) << kind << " of seed " << seed;
      scene.injector.heal(scene.now);
      EXPECT_TRUE(scene.cluster.all_running());
    }
  }
}

TEST(Injector, WhereNobodyLivesAFaultOfProcessesProvesNothing) {
  Scene scene;
  scene.start("kill-all", {}, "first");
  scene.start("pause-one", {}, "second");
  EXPECT_EQ(scene.record(1).targets.size(), 1u);
  EXPECT_FALSE(scene.record(1).bit);
}

TEST(Injector, RolesAreResolvedWhenTheFaultStrikes) {
  Scene scene;
  scene.lead("n4");
  scene.start("kill-leader");
  EXPECT_EQ(scene.record().targets, std::vector<std::string>{"n4"});
}

TEST(Injector, AnUnknownLeaderIsARandomNodeAndTheRecordSaysSo) {
  Scene scene;
  scene.start("pause-leader");
  EXPECT_EQ(scene.record().targets.size(), 1u);
  EXPECT_NE(scene.record().detail.find("the leader is not known"), std::string::npos);
}

// From a leader's end until the next one's first trace line.
TEST(Injector, ADeadNodeIsNotCalledTheLeader) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (const char* kind : {"partition-leader", "kill-leader", "pause-leader"}) {
      Scene scene(3, seed);
      scene.lead("n2");
      scene.start("kill-leader", {}, "first");
      ASSERT_EQ(scene.record(0).detail, "n2");
      scene.start(kind, {}, "second");
      const FaultRecord& record = scene.record(1);
      ASSERT_EQ(record.targets.size(), 1u);
      EXPECT_NE(record.targets.front(), "n2") << kind << ": a running node stands in";
      const std::string note = "; n2, the last known leader, is stopped, so a node at random";
      EXPECT_TRUE(record.detail.ends_with(note)) << record.detail;
      EXPECT_EQ(record.detail.find("the leader alone"), std::string::npos) << record.detail;
      scene.stop("first");
      scene.start("partition-leader", {}, "third");
      EXPECT_EQ(scene.record(2).targets, std::vector<std::string>{"n2"}) << "it runs again";
    }
  }
}

TEST(Injector, AProcessThatStaysStoppedAfterAPauseIsAnErrorUntilItWakes) {
  Scene scene;
  scene.cluster.processes = 3;
  scene.cluster.sleepers = 1;
  scene.start("pause-one", {"n2"});
  const Completion completion = scene.stop();
  EXPECT_EQ(completion.outcome, Outcome::info);
  EXPECT_EQ(completion.error, "cannot wake node n2; 2 of its 3 stopped processes run again");
  EXPECT_EQ(scene.record().evidence.back(), "refused at the end: " + *completion.error);
  EXPECT_THROW(scene.injector.heal(scene.now), EnvironmentError);
  scene.cluster.sleepers = 0;
  scene.injector.heal(scene.now);
  scene.cluster.orders.clear();
  scene.injector.heal(scene.now);
  EXPECT_EQ(scene.cluster.orders, std::vector<std::string>{"heal links"});
}

TEST(Injector, AProcessThatEndsAsItWakesIsNotMissing) {
  Scene scene;
  scene.cluster.processes = 3;
  scene.cluster.ends_on_waking = 1;
  scene.start("pause-one", {"n2"});
  EXPECT_EQ(scene.stop().outcome, Outcome::ok);
  EXPECT_TRUE(scene.cluster.all_running());
}

TEST(Injector, ANodeThatEndedWhileItWasPausedHasNothingToWake) {
  Scene scene;
  scene.start("pause-one", {"n2"});
  scene.cluster.crash("n2");
  EXPECT_EQ(scene.stop().outcome, Outcome::ok);
}

TEST(Injector, AMinorityOfTwoNodesIsNobodyAndDoesNotBite) {
  Scene scene(2);
  scene.start("kill-minority");
  scene.stop();
  EXPECT_FALSE(scene.record().bit);
  EXPECT_EQ(scene.record().detail, "no minority among 2 nodes");
  EXPECT_EQ(scene.record().evidence.front(), "struck no node");
}

TEST(Injector, ARefusedFaultIsUndoneAndRecordedAsInfo) {
  Scene scene;
  scene.cluster.before = [](const std::string& order) {
    if (order.starts_with("link n3 n2")) throw refusal();
  };
  const Completion completion = scene.start("partition-one", {"n2"});
  EXPECT_EQ(completion.outcome, Outcome::info);
  ASSERT_TRUE(completion.error);
  EXPECT_NE(completion.error->find("cannot change the fake"), std::string::npos);
  EXPECT_FALSE(scene.record().bit);
  EXPECT_TRUE(scene.record().ended);
  EXPECT_NE(scene.record().evidence.front().find("could not be injected"), std::string::npos);
  scene.cluster.before = [](const std::string&) {};
  scene.injector.heal(scene.now);
  EXPECT_TRUE(scene.cluster.all_clear());
}

TEST(Injector, HealingGoesOnAfterARefusalAndTheNextHealFinishesIt) {
  Scene scene;
  scene.start("kill-one", {"n1"}, "kill");
  scene.start("pause-one", {"n2"}, "pause");
  scene.start("partition-one", {"n3"}, "cut");
  scene.cluster.before = [](const std::string& order) {
    if (order == "start n1" || order.starts_with("link n3 n1")) throw refusal();
  };
  EXPECT_THROW(scene.injector.heal(scene.now), EnvironmentError);
  EXPECT_TRUE(scene.cluster.all_clear()) << "heal_links took what set_link could not";
  EXPECT_EQ(scene.cluster.status("n2").state, NodeState::running);
  EXPECT_EQ(scene.cluster.status("n1").state, NodeState::stopped);
  scene.cluster.before = [](const std::string&) {};
  scene.injector.heal(scene.now);
  EXPECT_TRUE(scene.cluster.all_running());
  for (const FaultRecord& record : scene.injector.records()) EXPECT_TRUE(record.ended);
}

TEST(Injector, HealsNetworkFirstThenResumesThenStarts) {
  Scene scene;
  scene.start("kill-one", {"n1"}, "kill");
  scene.start("pause-one", {"n2"}, "pause");
  scene.start("packet-loss", {"n4"}, "loss");
  scene.start("partition-one", {"n3"}, "cut");
  scene.cluster.orders.clear();
  scene.injector.heal(scene.now);
  std::string order;
  for (const std::string& done : scene.cluster.orders) {
    const std::string word = done.substr(0, done.find(' '));
    if (!order.ends_with(word)) order += " " + word;
  }
  EXPECT_EQ(order, " link resume start heal");
}

TEST(Injector, ASlotHoldsOneFaultAtATime) {
  Scene scene;
  scene.start("kill-one", {"n1"});
  EXPECT_EQ(scene.start("kill-one", {"n2"}).outcome, Outcome::fail);
  EXPECT_EQ(scene.cluster.status("n2").state, NodeState::running);
}

TEST(Injector, APowerFailureProvesItselfByWhatItTook) {
  Scene scene;
  scene.start("power-minority", {"n1", "n3"});
  EXPECT_EQ(scene.cluster.orders, (std::vector<std::string>{"power n1", "power n3"}));
  EXPECT_TRUE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.front(),
            "n1: 1 process ended, 3 writes (120 bytes) lost, the first one torn");
  EXPECT_EQ(scene.cluster.status("n3").state, NodeState::stopped);
  scene.stop();
  EXPECT_TRUE(scene.cluster.all_running());
  scene.lead("n4");
  scene.start("power-leader");
  EXPECT_EQ(scene.record(1).targets, std::vector<std::string>{"n4"});
  scene.stop();
  scene.cluster.crash("n2");
  scene.start("power-one", {"n2"});
  EXPECT_FALSE(scene.record(2).bit);
  EXPECT_EQ(scene.record(2).evidence.front(),
            "n2: was exited already (signal 11 (SIGSEGV)), 0 writes (0 bytes) lost");
  scene.stop();
  EXPECT_TRUE(scene.cluster.all_running());
}

TEST(Injector, WhatAPowerFailureTookMayBeUnknown) {
  Scene scene;
  scene.cluster.power_loss = {2};
  scene.cluster.power_loss.is_counted = false;
  scene.start("power-one", {"n1"});
  EXPECT_TRUE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.front(),
            "n1: 2 processes ended, and what was not synced is lost with the machine's memory");
}

TEST(Injector, AHealedClusterHasNoNodeThatIsYetToStart) {
  Scene scene;
  scene.start("power-one", {"n1"});
  scene.stop();
  EXPECT_EQ(scene.cluster.orders.back(), "start n1");
  EXPECT_EQ(scene.cluster.awaited_after, "") << "clients are served while it boots";
  scene.start("power-one", {"n1"});
  scene.injector.heal_within({"n1", "n2", "n3"}, scene.now);
  EXPECT_EQ(scene.cluster.awaited_after, "start n1");
  scene.start("power-one", {"n4"}, "b");
  scene.injector.heal(scene.now);
  EXPECT_EQ(scene.cluster.orders.back(), "heal links") << "that waits for nobody";
  EXPECT_EQ(scene.cluster.awaited_after, "heal links");
}

TEST(Injector, ANodeHeldByAKillAndAPowerFailureIsStartedAfterBoth) {
  Scene scene;
  scene.start("kill-one", {"n3"}, "a");
  scene.start("power-all", {}, "b");
  EXPECT_EQ(scene.record(1).targets.size(), 5u);
  scene.stop("b");
  EXPECT_EQ(scene.cluster.status("n3").state, NodeState::stopped);
  scene.stop("a");
  EXPECT_TRUE(scene.cluster.all_running());
}

TEST(Injector, AJumpedClockProvesItselfByTheOffsetMeasured) {
  Scene scene;
  scene.start("clock-jump", {"n2"}, "a", {{"offset_ms", -2'500}});
  EXPECT_EQ(scene.cluster.clock("n2"), (ClockSetting{-std::chrono::milliseconds(2'500), 0}));
  EXPECT_EQ(scene.cluster.clock("n1"), ClockSetting{});
  EXPECT_TRUE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.front(), "n2: clock 2500.000 ms behind");
  EXPECT_EQ(scene.record().detail, "n2: clocks 2500 ms behind");
  scene.stop();
  EXPECT_TRUE(scene.cluster.all_clear());
  EXPECT_EQ(scene.record().evidence.size(), 1u);
  scene.cluster.clocks_obey = false;
  scene.start("clock-jump", {"n2"}, "a", {{"offset_ms", 9}});
  EXPECT_FALSE(scene.record(1).bit);
  EXPECT_EQ(scene.record(1).evidence.front(), "n2: clock 0.000 ms ahead, not where it was set");
}

TEST(Injector, ADriftingClockIsReadAtTheEnd) {
  Scene scene;
  scene.start("clock-drift", {"n2"}, "a", {{"drift_ppm", 50'000}});
  EXPECT_EQ(scene.cluster.clock("n2"), (ClockSetting{{}, 50'000}));
  EXPECT_FALSE(scene.record().bit);
  scene.cluster.drifted["n2"] = std::chrono::milliseconds(50);  // in the second that follows
  scene.stop();
  EXPECT_TRUE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.front(), "n2: clock 50.000 ms ahead at the end");
  EXPECT_TRUE(scene.cluster.all_clear());
  scene.cluster.drifted.clear();
  scene.start("clock-drift", {"n2"}, "a", {{"drift_ppm", -50'000}});
  scene.stop();
  EXPECT_FALSE(scene.record(1).bit) << "the clock did not move";
}

// The clock shows the sum of all that push it, and what is left when one of them ends.
TEST(Injector, FaultsOfOneClockAddUp) {
  using std::chrono::milliseconds;
  Scene scene;
  scene.start("clock-drift", {"n1"}, "drift", {{"drift_ppm", 1'000}});  // at 1 s
  scene.start("clock-jump", {"all"}, "jump", {{"offset_ms", 500}});     // at 2 s
  EXPECT_EQ(scene.cluster.clock("n1"), (ClockSetting{milliseconds(501), 1'000}));
  EXPECT_EQ(scene.cluster.clock("n2"), (ClockSetting{milliseconds(500), 0}));
  scene.start("clock-drift", {"n1"}, "more", {{"drift_ppm", -200}});  // at 3 s
  EXPECT_EQ(scene.cluster.clock("n1"), (ClockSetting{milliseconds(502), 800}));
  scene.stop("drift");  // at 4 s
  EXPECT_EQ(scene.cluster.clock("n1"),
            (ClockSetting{milliseconds(500) - std::chrono::microseconds(200), -200}));
  scene.stop("jump");
  EXPECT_EQ(scene.cluster.clock("n2"), ClockSetting{});
  scene.stop("more");
  EXPECT_TRUE(scene.cluster.all_clear());
}

TEST(Injector, AStrobedClockJumpsToAndFroAndIsRightAtTheEnd) {
  using std::chrono::milliseconds;
  Scene scene;
  scene.start("clock-jump", {"n1"}, "jump", {{"offset_ms", 5}});
  scene.start("clock-strobe", {"n1"}, "a", {{"offset_ms", 70}, {"period_ms", 1}});
  EXPECT_EQ(scene.cluster.clock("n1"),
            (ClockSetting{milliseconds(5), 0, milliseconds(70), milliseconds(1)}));
  EXPECT_TRUE(scene.record(1).bit);
  EXPECT_EQ(scene.record(1).evidence.front(), "n1: clock 75.000 ms ahead");
  scene.stop();
  scene.stop("jump");
  EXPECT_TRUE(scene.cluster.all_clear());
  scene.cluster.clocks_obey = false;
  scene.start("clock-strobe", {"n1"}, "a", {{"offset_ms", 70}});
  EXPECT_FALSE(scene.record(2).bit);
}

TEST(Injector, AFrozenClockIsReadAtTheEnd) {
  Scene scene;
  scene.start("clock-freeze", {"n2"}, "a");
  EXPECT_EQ(scene.cluster.clock("n2"), (ClockSetting{{}, 0, {}, {}, true}));
  EXPECT_EQ(scene.record().detail, "n2: clocks standing still");
  EXPECT_FALSE(scene.record().bit);
  scene.start("clock-jump", {"n2"}, "jump", {{"offset_ms", 9'000}});  // a second later
  EXPECT_EQ(scene.cluster.clock("n2"), (ClockSetting{seconds(8), 0, {}, {}, true}));
  scene.cluster.drifted["n2"] = -seconds(1);  // in the second that follows
  scene.stop();
  EXPECT_TRUE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.front(), "n2: clock 7000.000 ms ahead at the end");
}

TEST(Injector, ASlowDiskProvesItselfByTheWritesThatWaited) {
  Scene scene;
  scene.cluster.sync_writes("n2", 9);
  scene.start("disk-slow", {"n2"}, "a", {{"sync_delay_ms", 30}});
  scene.start("disk-slow", {"n2", "n3"}, "b", {{"sync_delay_ms", 5}});
  EXPECT_EQ(scene.cluster.disk("n2").sync_delay, std::chrono::milliseconds(35));
  scene.cluster.sync_writes("n2", 4);
  scene.stop("a");
  EXPECT_EQ(scene.cluster.disk("n2").sync_delay, std::chrono::milliseconds(5));
  scene.stop("b");
  EXPECT_TRUE(scene.cluster.all_clear());
  EXPECT_TRUE(scene.record(0).bit);
  EXPECT_EQ(scene.record(0).evidence.front(), "n2: 4 synced writes delayed");
  EXPECT_EQ(scene.record(1).evidence.back(), "n3: 0 synced writes delayed");
  scene.start("disk-slow", {"n2"});
  scene.stop();
  EXPECT_FALSE(scene.record(2).bit) << "nobody wrote";
}

TEST(Injector, BitsAreFlippedWhileTheNodeIsDown) {
  Scene scene;
  scene.start("disk-flip", {"n2"}, "a", {{"bits", 3}});
  EXPECT_EQ(scene.cluster.orders, (std::vector<std::string>{"kill n2", "flip n2 3"}));
  EXPECT_TRUE(scene.record().bit);
  EXPECT_EQ(scene.record().evidence.back(), "n2: 3 bits flipped");
  scene.stop();
  EXPECT_TRUE(scene.cluster.all_running());
  scene.cluster.bits_on_disk = 0;
  scene.start("disk-flip", {"n2"});
  EXPECT_FALSE(scene.record(1).bit) << "a kill alone is not what was asked for";
  EXPECT_EQ(scene.record(1).evidence.back(), "n2: no bit to flip, its files are empty");
}

TEST(Injector, NamedNodesAreRestartedInTheOrderOfTheirNames) {
  Scene scene;
  scene.start("restart", {"n3", "n1", "n3", "n2"});
  scene.step();
  scene.step();
  EXPECT_EQ(scene.cluster.orders, (std::vector<std::string>{"kill n3", "start n3", "kill n1",
                                                            "start n1", "kill n2", "start n2"}));
}

TEST(Injector, ACutTakesTheLinksItIsTold) {
  Scene scene;
  FaultOrder order{"a", "partition-cut", {"n2"}, {}, {"n1 -> n2", "c1 -> n3"}, "as it was"};
  scene.apply("start-partition", to_value(order));
  EXPECT_EQ(scene.cluster.link("n1", "n2").block, LinkRule::Block::drop);
  EXPECT_EQ(scene.cluster.link("c1", "n3").block, LinkRule::Block::drop);
  EXPECT_TRUE(scene.cluster.link("n2", "n1").is_clear());
  EXPECT_EQ(scene.record().detail, "as it was");
  EXPECT_EQ(scene.record().targets, std::vector<std::string>{"n2"});
}

TEST(Injector, ARecordSaysHowToDoItAgain) {
  Scene scene;
  scene.start("partition-one", {"n2"}, "early");
  EXPECT_EQ(scene.record().order.find("at_ms"), nullptr) << "nothing to count from yet";
  scene.apply(std::string(begin_faults), Value());
  scene.lead("n1");
  scene.start("pause-leader", {}, "pause");
  EXPECT_EQ(scene.record(1).order.to_string(),
            R"({"at_ms":1000,"fault":"pause-leader","targets":["n1"]})");
  scene.start("packet-delay", {"n1"}, "packet");
  EXPECT_EQ(scene.record(2).order.to_string(),
            R"({"at_ms":2000,"delay_ms":100,"fault":"packet-delay","targets":["n1"]})");
  scene.start("partition-one-way", {"n2"}, "cut");
  const Value& order = scene.record(3).order;
  EXPECT_EQ(order.string_or("fault", ""), "partition-cut");
  EXPECT_EQ(order.find("links")->as_list().size(), 4u);
  EXPECT_TRUE(order.string_or("note", "").starts_with("partition-one-way: "));
}

// The stupid twin of the injector: what every link should carry, from the records alone.
void expect_links_as_recorded(Scene& scene, const std::map<std::string, std::size_t>& slots) {
  for (const std::string& from : scene.cluster.nodes()) {
    for (const std::string& to : scene.cluster.nodes()) {
      if (from == to) continue;
      LinkRule wanted;
      for (const auto& [slot, index] : slots) {
        const FaultRecord& record = scene.record(index);
        const auto is_struck = [&](const std::string& node) {
          return std::find(record.targets.begin(), record.targets.end(), node) !=
                 record.targets.end();
        };
        if (record.kind == "partition-one" && is_struck(from) != is_struck(to)) {
          wanted.block = LinkRule::Block::drop;
        }
        if (record.family == "packet" && (is_struck(from) || is_struck(to))) {
          wanted = compose(wanted, packet_rule(record.kind, {}));
        }
      }
      RC_ASSERT(scene.cluster.link(from, to) == wanted);
    }
  }
}

// Any order of starts, steps, stops, crashes and refusals leaves links as the active faults want
// them, and a heal leaves everything clear and running.
RC_GTEST_PROP(InjectorProperty, HealingAlwaysEndsEverything, (std::uint64_t seed)) {
  Scene scene(*rc::gen::inRange<std::size_t>(1, 7), seed);
  const std::vector<std::string> kinds = {
      "partition-one", "packet-delay", "packet-loss",  "jam",          "kill-one",  "kill-all",
      "kill-minority", "pause-one",    "pause-all",    "restart",      "power-one", "power-all",
      "clock-jump",    "clock-drift",  "clock-strobe", "clock-freeze", "disk-slow", "disk-flip"};
  std::map<std::string, std::size_t> slots;
  const int count = *rc::gen::inRange(0, 25);
  for (int i = 0; i < count; ++i) {
    const std::string slot = fmt::format("s{}", *rc::gen::inRange(0, 4));
    const int action = *rc::gen::inRange(0, 10);
    if (action < 6) {
      const std::size_t before = scene.injector.records().size();
      const std::string kind = *rc::gen::elementOf(kinds);
      if (scene.start(kind, {}, slot).outcome == Outcome::ok) slots[slot] = before;
    } else if (action < 9) {
      scene.stop(slot);
      slots.erase(slot);
    } else {
      scene.step(slot);
    }
    scene.cluster.traffic();
    expect_links_as_recorded(scene, slots);
  }
  scene.injector.heal(scene.now);
  RC_ASSERT(scene.cluster.all_clear());
  RC_ASSERT(scene.cluster.all_running());
  for (const FaultRecord& record : scene.injector.records()) RC_ASSERT(record.ended.has_value());
  const std::size_t done = scene.cluster.orders.size();
  scene.injector.heal(scene.now);                      // twice is once
  RC_ASSERT(scene.cluster.orders.size() == done + 1);  // only the clearing of links
}

// The same under refusals at random: once the machine obeys again, one heal ends everything.
RC_GTEST_PROP(InjectorProperty, RefusalsNeverLeaveAFaultBehind, (std::uint64_t seed)) {
  Scene scene(5, seed);
  Random chance(seed);
  scene.cluster.before = [&](const std::string&) {
    if (chance.chance({1, 4})) throw refusal();
  };
  const std::vector<std::string> kinds = {
      "partition-halves", "packet-loss",  "kill-minority", "pause-minority", "restart",    "jam",
      "power-minority",   "clock-strobe", "disk-slow",     "disk-flip",      "clock-drift"};
  for (int i = 0; i < 20; ++i) {
    const std::string slot = fmt::format("s{}", chance.below(4));
    if (chance.below(2) == 0) {
      scene.start(chance.pick(kinds), {}, slot);
    } else {
      scene.stop(slot);
    }
  }
  try {
    scene.injector.heal(scene.now);
  } catch (const EnvironmentError&) {
  }
  scene.cluster.before = [](const std::string&) {};
  scene.injector.heal(scene.now);
  RC_ASSERT(scene.cluster.all_clear());
  RC_ASSERT(scene.cluster.all_running());
}

}  // namespace
}  // namespace faultrig
