// Judging while the history grows, against judging it when it is whole. FAULTRIG_LONG=1 tries a
// hundred thousand histories.
#include "checkers/linearizability/online_register.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

using testing::arbitrary_history;
using testing::Dice;
using testing::is_linearizable_by_brute_force;
using testing::linearizable_history;
using testing::RandomHistory;

int histories() { return std::getenv("FAULTRIG_LONG") != nullptr ? 100'000 : 2'000; }

// As a run tells it: an unknown outcome is told too, some time after the invocation.
std::vector<Event> events_with_infos(const std::vector<Operation>& operations, Dice& dice) {
  std::vector<Event> events = events_of(operations);
  for (const Operation& operation : operations) {
    if (operation.outcome != Outcome::info) continue;
    const auto own = std::find_if(events.begin(), events.end(), [&](const Event& event) {
      return event.process == operation.process && event.type == EventType::invoke &&
             event.f == operation.f && event.value == operation.input;
    });
    // Nothing of the process may come after it: it goes behind the last.
    std::size_t last = static_cast<std::size_t>(own - events.begin());
    for (std::size_t i = last; i < events.size(); ++i) {
      if (events[i].process == operation.process) last = i;
    }
    Event info = *own;
    info.type = EventType::info;
    const std::size_t at = last + 1 + dice.below(events.size() - last);
    events.insert(events.begin() + static_cast<std::ptrdiff_t>(at), info);
  }
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].index = static_cast<std::int64_t>(i);
    events[i].time = Time(static_cast<std::int64_t>(i));
  }
  return events;
}

// How many events it took; nothing when there was no violation.
std::optional<std::size_t> accused_after(const std::vector<Event>& events, const Value& initial) {
  const auto checker = make_online_linearizability("cas-register", initial);
  for (std::size_t i = 0; i < events.size(); ++i) {
    checker->feed(events[i]);
    if (!checker->violation().empty()) return i + 1;
  }
  return std::nullopt;
}

std::vector<Operation> operations_of(const std::vector<Event>& events, std::size_t length) {
  const History history = history_from(std::span(events).first(length));
  return {history.operations().begin(), history.operations().end()};
}

RandomHistory shape_of(Dice& dice) {
  RandomHistory shape;
  shape.operations = 2 + static_cast<int>(dice.below(6));
  shape.clients = 1 + static_cast<int>(dice.below(4));
  shape.values = 1 + static_cast<int>(dice.below(3));
  shape.unknown_percent = static_cast<int>(dice.below(3)) * 20;
  shape.failed_percent = static_cast<int>(dice.below(2)) * 20;
  return shape;
}

TEST(OnlineRegister, accuses_exactly_the_histories_without_an_order) {
  int accused = 0;
  for (int seed = 0; seed < histories(); ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    const auto operations = arbitrary_history(shape_of(dice), static_cast<std::uint64_t>(seed));
    const std::vector<Event> events = events_with_infos(operations, dice);
    const auto after = accused_after(events, 0);
    ASSERT_EQ(after.has_value(), !is_linearizable_by_brute_force(operations, 0))
        << "seed " << seed << "\n"
        << draw_timeline(operations);
    if (!after) continue;
    ++accused;
    // The run ends there: what it has seen must convict by itself.
    ASSERT_FALSE(is_linearizable_by_brute_force(operations_of(events, *after), 0))
        << "seed " << seed << " after " << *after << " events\n"
        << draw_timeline(operations);
  }
  EXPECT_GT(accused, histories() / 10);
  EXPECT_LT(accused, histories() * 9 / 10);
}

// Long enough for beams to die out without a reason.
TEST(OnlineRegister, never_accuses_a_long_history_with_an_order) {
  for (int seed = 0; seed < histories() / 50; ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    RandomHistory shape;
    shape.operations = 300;
    shape.clients = 4 + static_cast<int>(dice.below(20));
    shape.values = 3;
    shape.unknown_percent = static_cast<int>(dice.below(3)) * 3;
    const auto operations = linearizable_history(shape, static_cast<std::uint64_t>(seed));
    EXPECT_FALSE(accused_after(events_with_infos(operations, dice), 0)) << "seed " << seed;
  }
}

TEST(OnlineRegister, accuses_long_histories_as_the_checker_does) {
  const auto checker = make_linearizability_checker("cas-register", 0);
  for (int seed = 0; seed < histories() / 50; ++seed) {
    Dice dice(static_cast<std::uint64_t>(seed));
    RandomHistory shape;
    shape.operations = 200;
    shape.clients = 3 + static_cast<int>(dice.below(10));
    shape.values = 4;
    auto operations = linearizable_history(shape, static_cast<std::uint64_t>(seed));
    // One read answers with another value, which may or may not be possible.
    const std::size_t changed = 100 + dice.below(90);
    for (std::size_t i = changed; i < operations.size(); ++i) {
      if (operations[i].f != "read" || operations[i].outcome != Outcome::ok) continue;
      operations[i].output = Value(static_cast<std::int64_t>(1 + dice.below(4)));
      break;
    }
    const Verdict verdict = checker->check(history_of(operations), {});
    const auto after = accused_after(events_with_infos(operations, dice), 0);
    ASSERT_EQ(after.has_value(), verdict.validity == Validity::invalid) << "seed " << seed;
  }
}

TEST(OnlineRegister, names_the_key_and_stays_with_it) {
  const auto checker = make_online_linearizability("register");
  auto feed = [&, index = std::int64_t{0}](EventType type, ProcessId process, const char* f,
                                           Value value) mutable {
    Event event;
    event.index = index++;
    event.type = type;
    event.process = process;
    event.f = f;
    event.key = Value("a");
    event.value = std::move(value);
    checker->feed(event);
  };
  feed(EventType::invoke, 0, "write", 1);
  feed(EventType::ok, 0, "write", 1);
  feed(EventType::invoke, 1, "read", {});
  EXPECT_EQ(checker->violation(), "");
  feed(EventType::ok, 1, "read", {});
  const std::string violation = checker->violation();
  EXPECT_EQ(violation, "key \"a\": no order of its operations explains the answer of event 3");
  feed(EventType::invoke, 1, "read", {});
  feed(EventType::ok, 1, "read", 1);
  EXPECT_EQ(checker->violation(), violation);
}

// The answer is held back until the write beside it is known: it might have been 7's.
TEST(OnlineRegister, waits_for_outcomes_before_it_accuses) {
  const auto checker = make_online_linearizability("register", 0);
  Event event;
  const auto feed = [&](EventType type, ProcessId process, const char* f, Value value) {
    event.type = type;
    event.process = process;
    event.f = f;
    event.value = std::move(value);
    checker->feed(event);
    ++event.index;
  };
  feed(EventType::invoke, 0, "write", 7);
  feed(EventType::invoke, 1, "read", {});
  feed(EventType::ok, 1, "read", 7);
  EXPECT_EQ(checker->violation(), "");
  feed(EventType::fail, 0, "write", 7);
  EXPECT_NE(checker->violation(), "");
}

TEST(OnlineRegister, has_no_other_models) {
  EXPECT_EQ(make_online_linearizability("fifo-queue"), nullptr);
}

}  // namespace
}  // namespace faultrig
