#include "nemesis/schedule.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace faultrig {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Done {
  Time time;
  std::string f;
  Value value;
  friend bool operator==(const Done&, const Done&) = default;
};

// Carries out a schedule in virtual time, every operation `takes` long, until `end`.
std::vector<Done> carry_out(GeneratorPtr schedule, Time begin, Time end,
                            Duration takes = milliseconds(1)) {
  std::vector<Done> done;
  Random random(1);
  GeneratorContext context;
  context.now = begin;
  context.free = context.all = {nemesis_worker};
  context.random = &random;
  while (context.now < end) {
    Offer offer = offer_of(schedule, context);
    auto* offered = std::get_if<Offered>(&offer);
    if (offered == nullptr) break;
    const OfferedOperation operation = offered->operation;
    EXPECT_EQ(operation.worker, nemesis_worker);
    EXPECT_GE(operation.time, context.now);
    // Asked once more before its time comes, as after any event: the offer must not move.
    Offer again = offer_of(schedule, context);
    EXPECT_EQ(std::get<Offered>(again).operation.time, operation.time);
    if (operation.time >= end) break;
    context.now = operation.time;
    done.push_back({operation.time, operation.f, operation.value});
    schedule = std::get<Offered>(again).next;
    context.now += takes;
  }
  return done;
}

FaultStreamOptions family(const std::string& name, const std::string& kind) {
  FaultStreamOptions options;
  options.family = name;
  options.choices = {{"", kind, {}, {}, {}, {}}};
  return options;
}

TEST(Schedule, EachFamilyStrikesAtLeastFiveTimesInThirtySeconds) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const GeneratorPtr schedule =
        random_schedule({family("partition", "partition-one"), family("kill", "kill-one"),
                         family("pause", "pause-one")},
                        Random(seed));
    std::map<std::string, int> strikes;
    for (const Done& done : carry_out(schedule, seconds(2), seconds(32))) ++strikes[done.f];
    EXPECT_EQ(strikes["begin-faults"], 1);
    for (const char* name : {"partition", "kill", "pause"}) {
      EXPECT_GE(strikes[std::string("start-") + name], 5) << name << " seed " << seed;
    }
  }
}

TEST(Schedule, AFamilyAlternatesButFamiliesOverlap) {
  const GeneratorPtr schedule = random_schedule(
      {family("partition", "partition-one"), family("kill", "kill-one")}, Random(7));
  std::map<std::string, bool> in_force;
  bool overlapped = false;
  for (const Done& done : carry_out(schedule, Time{}, seconds(60))) {
    if (done.f == begin_faults) continue;
    const bool starts = done.f.starts_with("start-");
    const std::string name = done.f.substr(done.f.find('-') + 1);
    EXPECT_NE(in_force[name], starts) << done.f;
    in_force[name] = starts;
    overlapped = overlapped || (in_force["partition"] && in_force["kill"]);
    EXPECT_EQ(fault_order_from(done.value).slot, name);
  }
  EXPECT_TRUE(overlapped);
}

TEST(Schedule, ASeedRepeatsItWhateverElseIsScheduled) {
  const auto times = [](const GeneratorPtr& schedule) {
    std::vector<Time> starts;
    for (const Done& done : carry_out(schedule, Time{}, seconds(20), Duration::zero())) {
      if (done.f == "start-partition") starts.push_back(done.time);
    }
    return starts;
  };
  const auto alone = times(random_schedule({family("partition", "partition-one")}, Random(3)));
  const auto together = times(random_schedule(
      {family("kill", "kill-one"), family("partition", "partition-one")}, Random(3)));
  EXPECT_EQ(alone, together);
  EXPECT_NE(alone, times(random_schedule({family("partition", "partition-one")}, Random(4))));
}

TEST(Schedule, LengthsAndGapsKeepTheirBounds) {
  FaultStreamOptions options = family("pause", "pause-one");
  options.first = milliseconds(1000);
  options.interval = milliseconds(200);
  options.duration = milliseconds(500);
  Time started{}, stopped{};
  int occurrences = 0;
  for (const Done& done :
       carry_out(random_schedule({options}, Random(1)), Time{}, seconds(60), Duration::zero())) {
    if (done.f == "start-pause") {
      if (occurrences == 0) {
        EXPECT_GE(done.time, milliseconds(500));
        EXPECT_LE(done.time, milliseconds(1500));
      } else {
        EXPECT_LE(done.time - stopped, milliseconds(400));
      }
      started = done.time;
      ++occurrences;
    } else if (done.f == "stop-pause") {
      stopped = done.time;
      EXPECT_GE(stopped - started, milliseconds(200));
      EXPECT_LE(stopped - started, milliseconds(800));
    }
  }
  EXPECT_GT(occurrences, 50);
}

TEST(Schedule, EverythingHappensInWholeMilliseconds) {
  FaultStreamOptions options = family("kill", "restart");
  options.interval = milliseconds(1);
  options.duration = milliseconds(7);
  options.nodes = 3;
  for (const Done& done :
       carry_out(random_schedule({options}, Random(3)), Time{}, seconds(9), Duration::zero())) {
    EXPECT_EQ(done.time % milliseconds(1), Duration::zero()) << done.f;
  }
}

TEST(Schedule, NothingIsInForceInTheCalm) {
  const Tides tides{milliseconds(700), milliseconds(300)};
  std::vector<FaultStreamOptions> streams;
  for (const char* kind : {"partition-one", "kill-one", "pause-one"}) {
    streams.push_back(family(kind, kind));
    streams.back().interval = milliseconds(40);
    streams.back().tides = tides;
  }
  int active = 0, started = 0;
  Time last{};
  for (const Done& done :
       carry_out(random_schedule(streams, Random(5)), Time{}, seconds(60), Duration::zero())) {
    const Time later = done.time % milliseconds(1'000);
    if (done.f.starts_with("start-")) {
      EXPECT_LT(later, milliseconds(700)) << done.time.count();
      if (done.time / seconds(1) != last / seconds(1)) {
        EXPECT_EQ(active, 0) << "one from before the calm";
      }
      ++active;
      ++started;
      last = done.time;
    } else if (done.f.starts_with("stop-")) {
      EXPECT_LE(later, milliseconds(700)) << done.time.count();
      --active;
    }
  }
  EXPECT_GT(started, 100);
}

TEST(Schedule, AnOfferThatIsThrownAwayIsMadeOnce) {
  GeneratorContext context;
  context.free = context.all = {nemesis_worker};
  GeneratorPtr schedule = random_schedule({family("kill", "kill-one")}, Random(1));
  schedule = std::get<Offered>(offer_of(schedule, context)).next;
  const GeneratorPtr once = std::get<Offered>(offer_of(schedule, context)).next;
  EXPECT_EQ(once, std::get<Offered>(offer_of(schedule, context)).next);
}

TEST(Schedule, AClockThatIsToldNoOffsetGetsAnotherOneEveryTime) {
  std::set<std::int64_t> offsets;
  bool ahead = false, behind = false;
  for (const Done& done : carry_out(random_schedule({family("clock", "clock-jump")}, Random(2)),
                                    Time{}, seconds(300))) {
    if (done.f != "start-clock") continue;
    const std::int64_t offset = fault_order_from(done.value).parameters.at("offset_ms");
    offsets.insert(offset);
    ahead = ahead || offset > 0;
    behind = behind || offset < 0;
  }
  EXPECT_GT(offsets.size(), 30u);
  EXPECT_TRUE(ahead && behind);
}

TEST(Schedule, ARollingRestartStepsThroughTheNodes) {
  const auto orders =
      occurrence({"kill", "restart", {}, {}, {}, {}}, "kill", seconds(2), seconds(4), 4);
  ASSERT_EQ(orders.size(), 5u);
  EXPECT_EQ(orders[0].f, "start-kill");
  EXPECT_EQ(orders[1].f, "step-kill");
  EXPECT_EQ(orders[1].at, Time(seconds(3)));
  EXPECT_EQ(orders[3].at, Time(seconds(5)));
  EXPECT_EQ(orders[4].f, "stop-kill");
  EXPECT_EQ(orders[4].at, Time(seconds(6)));
}

TEST(Schedule, AScriptIsCarriedOutInOrderAndEnds) {
  const GeneratorPtr schedule = scripted_schedule(
      {{{seconds(3), "start-kill", Value()}, {seconds(4), "stop-kill", Value()}},
       {{seconds(1), "start-pause", Value()}, {seconds(3), "stop-pause", Value()}}});
  const std::vector<Done> expected = {{seconds(10), std::string(begin_faults), Value()},
                                      {seconds(11), "start-pause", Value()},
                                      {seconds(13), "stop-pause", Value()},
                                      {seconds(13), "start-kill", Value()},
                                      {seconds(14), "stop-kill", Value()}};
  EXPECT_EQ(carry_out(schedule, seconds(10), seconds(100), Duration::zero()), expected);
}

TEST(Schedule, IsPendingWhileTheNemesisIsBusy) {
  GeneratorContext context;
  context.all = {0, nemesis_worker};
  context.free = {0};
  const GeneratorPtr schedule = scripted_schedule({{{seconds(1), "start-kill", Value()}}});
  EXPECT_TRUE(std::holds_alternative<Pending>(offer_of(schedule, context)));
}

}  // namespace
}  // namespace faultrig
