// From the words of a plan to a nemesis, or to a refusal that says what to do.
#include "nemesis/nemesis.hpp"

#include <gtest/gtest.h>

#include <set>

#include "nemesis/fault.hpp"
#include "tests/nemesis/cluster_support.hpp"

namespace faultrig {
namespace {

class NemesisTest : public testing::Test {
 protected:
  void SetUp() override { plan_.seed = 1; }
  Nemesis make() {
    return make_nemesis(plan_, cluster_, roles_,
                        [this](const FaultRecord& fault) { records_.push_back(fault); });
  }
  std::string refusal() {
    try {
      make();
    } catch (const UsageError& error) {
      return error.what();
    }
    return "accepted";
  }
  // The kinds that the first `count` starts of the schedule order.
  std::set<std::string> kinds(int count) {
    std::set<std::string> kinds;
    GeneratorPtr schedule = make().schedule;
    Random random(1);
    GeneratorContext context;
    context.free = context.all = {nemesis_worker};
    context.random = &random;
    while (count > 0) {
      Offer offer = offer_of(schedule, context);
      auto* offered = std::get_if<Offered>(&offer);
      if (offered == nullptr) break;
      context.now = offered->operation.time;
      if (offered->operation.f.starts_with("start-")) {
        kinds.insert(fault_order_from(offered->operation.value).kind);
        --count;
      }
      schedule = offered->next;
    }
    return kinds;
  }

  RunPlan plan_;
  FakeCluster cluster_{5};
  Roles roles_{""};
  std::vector<FaultRecord> records_;
};

TEST_F(NemesisTest, WithoutFaultsThereIsNoScheduleButAnInjectorThatHeals) {
  Nemesis nemesis = make();
  EXPECT_EQ(nemesis.schedule, nullptr);
  nemesis.injector->heal(Time{});
  EXPECT_TRUE(nemesis.injector->records().empty());
}

TEST_F(NemesisTest, AFamilyMeansAllOfItsKinds) {
  plan_.faults = {"partition"};
  EXPECT_EQ(kinds(300).size(), 9u);
  plan_.faults = {"partition-leader", "kill-all"};
  EXPECT_EQ(kinds(50), (std::set<std::string>{"partition-leader", "kill-all"}));
}

TEST_F(NemesisTest, AnUnknownFaultNamesTheNearest) {
  plan_.faults = {"partition-leeder"};
  EXPECT_EQ(refusal(), "unknown fault `partition-leeder`; did you mean `partition-leader`?");
}

TEST_F(NemesisTest, AFaultTheBackendCannotDoIsRefusedWithTheReason) {
  cluster_.impossible[Capability::jam] = "this switch cannot hold packets";
  plan_.faults = {"partition", "jam"};
  EXPECT_EQ(refusal(),
            "fault `jam` cannot be done on backend `fake`: this switch cannot hold packets; choose "
            "other faults, or a backend that can");
  plan_.faults = {"partition"};
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(NemesisTest, AFamilyMeansOnlyTheKindsThatSoFewNodesAllow) {
  cluster_ = FakeCluster(1);
  plan_.faults = {"partition", "kill", "pause"};
  EXPECT_EQ(kinds(300), (std::set<std::string>{"partition-clients", "kill-one", "kill-majority",
                                               "kill-all", "kill-leader", "restart", "pause-one",
                                               "pause-leader", "pause-all"}));
  plan_.faults = {"packet"};
  EXPECT_EQ(refusal(),
            "no fault of family `packet` can do anything with 1 node; choose other faults, or more "
            "nodes");
  cluster_ = FakeCluster(2);
  EXPECT_EQ(kinds(300).size(), 9u);
  plan_.faults = {"partition"};
  EXPECT_EQ(kinds(300).size(), 7u) << "all but ring and bridge";
  plan_.faults = {"pause"};
  EXPECT_FALSE(kinds(300).contains("pause-minority"));
  cluster_ = FakeCluster(3);
  EXPECT_TRUE(kinds(300).contains("pause-minority"));
}

TEST_F(NemesisTest, AKindThatCanDoNothingWithSoFewNodesIsRefused) {
  cluster_ = FakeCluster(1);
  plan_.faults = {"partition", "partition-one"};
  EXPECT_EQ(refusal(),
            "fault `partition-one` can do nothing with 1 node: it needs at least 2; choose other "
            "faults, or more nodes");
  cluster_ = FakeCluster(2);
  EXPECT_EQ(refusal(), "accepted");
  plan_.faults = {"kill-minority"};
  EXPECT_TRUE(refusal().starts_with("fault `kill-minority` can do nothing with 2 nodes"));
  Options options("plan.toml", "nemesis.kill");
  options.set("targets", Value::list({"n1"}));
  plan_.fault_options = {options};
  EXPECT_EQ(refusal(), "accepted") << "its targets are given";
  plan_.fault_options.clear();
  plan_.faults.clear();
  Options step("plan.toml", "nemesis.script");
  step.set("fault", "partition-bridge");
  plan_.fault_script = {step};
  EXPECT_TRUE(refusal().starts_with("fault `partition-bridge` can do nothing with 2 nodes"));
}

TEST_F(NemesisTest, UnknownOptionsAndTargetsAreRefused) {
  plan_.faults = {"kill"};
  Options options("plan.toml", "nemesis.kill");
  options.set("targets", Value::list({"n9"}), 4, 1);
  plan_.fault_options = {options};
  EXPECT_TRUE(refusal().starts_with("plan.toml:4:1: unknown target `n9`")) << refusal();
  options = Options("plan.toml", "nemesis.kill");
  options.set("delay_ms", 5);
  plan_.fault_options = {options};
  EXPECT_NE(refusal().find("unknown key `nemesis.kill.delay_ms`"), std::string::npos) << refusal();
  plan_.fault_options = {Options("plan.toml", "nemesis.kil")};
  EXPECT_NE(refusal().find("did you mean `kill`?"), std::string::npos) << refusal();
  plan_.fault_options.clear();
  plan_.nemesis_options.set("intervall_ms", 5);
  EXPECT_NE(refusal().find("did you mean `interval_ms`?"), std::string::npos) << refusal();
}

TEST_F(NemesisTest, AScriptStepIsCarriedOutWithItsTargetsAndParameters) {
  Options step("plan.toml", "nemesis.script");
  step.set("at_ms", 500);
  step.set("fault", "packet-delay");
  step.set("for_ms", 100);
  step.set("delay_ms", 7);
  step.set("targets", Value::list({"n2"}));
  plan_.fault_script = {step};
  EXPECT_EQ(kinds(5), std::set<std::string>{"packet-delay"});

  Nemesis nemesis = make();
  Invocation order;
  order.f = "start-packet";
  order.value = to_value(FaultOrder{"step-1", "packet-delay", {"n2"}, {{"delay_ms", 7}}, {}, {}});
  nemesis.injector->apply(order, Time{});
  EXPECT_EQ(cluster_.link("n2", "n4").delay, std::chrono::milliseconds(7));
  EXPECT_TRUE(cluster_.link("n1", "n4").is_clear());
  nemesis.injector->heal(Time(1));
  EXPECT_EQ(records_.size(), 2u) << "told of at the start and at the end";
}

TEST_F(NemesisTest, AScriptRefusesFamiliesAndForeignParameters) {
  Options step("plan.toml", "nemesis.script");
  step.set("fault", "packet");
  plan_.fault_script = {step};
  EXPECT_NE(refusal().find("`packet` is a family of faults; name one of: packet-delay"),
            std::string::npos)
      << refusal();
  step.set("fault", "kill");
  step.set("targets", Value::list({"leader"}));
  plan_.fault_script = {step};
  EXPECT_EQ(kinds(1), std::set<std::string>{"kill-one"});
  step.set("loss_percent", 5);
  plan_.fault_script = {step};
  EXPECT_NE(refusal().find("unknown key `nemesis.script.loss_percent`"), std::string::npos)
      << refusal();
}

TEST_F(NemesisTest, PowerClockAndDiskAreRefusedWhereTheyCannotBeDone) {
  for (const Capability capability : {Capability::power, Capability::clock, Capability::disk}) {
    cluster_.impossible[capability] = "only in simulations";
  }
  plan_.faults = {"partition", "clock"};
  EXPECT_EQ(refusal(),
            "fault `clock` cannot be done on backend `fake`: only in simulations; choose other "
            "faults, or a backend that can");
  plan_.faults = {"power-all"};
  EXPECT_TRUE(refusal().starts_with("fault `power-all` cannot be done")) << refusal();
  plan_.faults.clear();
  Options step("plan.toml", "nemesis.script");
  step.set("fault", "disk-slow");
  plan_.fault_script = {step};
  EXPECT_TRUE(refusal().starts_with("fault `disk-slow` cannot be done")) << refusal();
  cluster_.impossible.clear();
  EXPECT_EQ(refusal(), "accepted");
  plan_.fault_script.clear();
  plan_.faults = {"power", "clock", "disk"};
  EXPECT_EQ(kinds(300).size(), 11u);
}

TEST_F(NemesisTest, ASwarmChoosesFromWhatTheWordsBesideItName) {
  std::set<std::string> chosen;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    plan_.seed = seed;
    plan_.faults = {"swarm", "pause", "kill-one"};
    chosen.merge(kinds(60));
  }
  EXPECT_EQ(chosen, (std::set<std::string>{"pause-one", "pause-minority", "pause-leader",
                                           "pause-all", "kill-one"}));
  cluster_.impossible[Capability::pause] = "no";
  plan_.faults = {"swarm", "pause"};
  EXPECT_TRUE(refusal().starts_with("fault `pause` cannot be done")) << refusal();
  plan_.faults = {"swarm"};
  EXPECT_EQ(refusal(), "accepted") << "of everything it takes what can be done";
  cluster_ = FakeCluster(1);
  plan_.faults = {"swarm", "packet"};
  EXPECT_TRUE(refusal().starts_with("a swarm has nothing to choose from")) << refusal();
  plan_.faults = {"swarm", "partition-one"};
  EXPECT_TRUE(refusal().starts_with("fault `partition-one` can do nothing with 1 node"));
}

TEST_F(NemesisTest, ASwarmLeavesOutWhatIsNotAllowed) {
  plan_.faults = {"swarm", "disk-flip"};
  EXPECT_EQ(refusal(),
            "a swarm leaves fault `disk-flip` out unless it is allowed; say allow = "
            "[\"disk-flip\"] in [nemesis.swarm]");
  Options options("plan.toml", "nemesis.swarm");
  options.set("allow", Value::list({"disk-flip"}));
  plan_.fault_options = {options};
  EXPECT_EQ(kinds(3), std::set<std::string>{"disk-flip"});
  options.set("allow", Value::list({"disk-flop"}));
  plan_.fault_options = {options};
  EXPECT_NE(refusal().find("did you mean `disk-flip`?"), std::string::npos) << refusal();
  options = Options("plan.toml", "nemesis.swarm");
  options.set("targets", Value::list({"n1"}));
  plan_.fault_options = {options};
  EXPECT_NE(refusal().find("unknown key `nemesis.swarm.targets`"), std::string::npos) << refusal();
}

TEST_F(NemesisTest, ACutNeedsAScriptAndLinks) {
  plan_.faults = {"partition-cut"};
  EXPECT_TRUE(refusal().starts_with("fault `partition-cut` cannot be drawn by chance"));
  plan_.faults = {"swarm"};
  Options step("plan.toml", "nemesis.script");
  step.set("fault", "partition-cut");
  plan_.fault_script = {step};
  EXPECT_NE(refusal().find("`partition-cut` needs links"), std::string::npos) << refusal();
  for (const char* link : {"n1 -> n9", "n1", "n1 -> n1"}) {
    step.set("links", Value::list({link}));
    plan_.fault_script = {step};
    EXPECT_NE(refusal().find("unknown link"), std::string::npos) << refusal();
  }
  step.set("links", Value::list({"c1 -> n2"}));
  plan_.fault_script = {step};
  EXPECT_EQ(kinds(1), std::set<std::string>{"partition-cut"});
  cluster_.impossible[Capability::client_links] = "clients are elsewhere";
  EXPECT_NE(refusal().find("link `c1 -> n2` cannot be cut"), std::string::npos) << refusal();
}

TEST(FaultCatalog, NamesAreUniqueAndSummariesAreSentences) {
  std::set<std::string> names;
  for (const FaultDescription& fault : fault_catalog()) {
    EXPECT_TRUE(names.insert(fault.name).second) << fault.name;
    EXPECT_TRUE(fault.summary.ends_with('.')) << fault.name;
    EXPECT_EQ(fault.needs.empty(), fault.use == FaultUse::swarm) << fault.name;
  }
  EXPECT_TRUE(names.contains("swarm"));
  EXPECT_EQ(find_fault("swarm"), nullptr);
  EXPECT_EQ(fault_families(), (std::vector<std::string>{"partition", "kill", "power", "pause",
                                                        "packet", "clock", "disk"}));
}

TEST(FaultOrder, SurvivesTheTripThroughAValue) {
  const FaultOrder order{"packet",     "packet-loss", {"n1", "leader"}, {{"loss_percent", 7}},
                         {"n1 -> n2"}, "n1 | n2"};
  EXPECT_EQ(fault_order_from(to_value(order)), order);
  EXPECT_EQ(fault_order_from(Value()), FaultOrder{});
}

}  // namespace
}  // namespace faultrig
