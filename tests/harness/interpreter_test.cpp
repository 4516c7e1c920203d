#include "harness/interpreter.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "checkers/history/history.hpp"
#include "harness/generators/basics.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/transform.hpp"
#include "harness/generators/workers.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

// An interpreter whose events are kept, and a short way to say what it commanded.
struct Bench {
  explicit Bench(GeneratorPtr generator, int workers = 2, bool has_nemesis = true)
      : interpreter(std::move(generator), {workers, {"n1", "n2", "n3"}, has_nemesis}, Random(1),
                    [this](const Event& event) { events.push_back(event); }) {}

  Invocation invoke(Time now) {
    const Command command = interpreter.next(now);
    const auto* invoke = std::get_if<InvokeCommand>(&command);
    if (invoke == nullptr) throw std::runtime_error("no invocation");
    fresh = invoke->fresh_client;
    return invoke->invocation;
  }
  // "invoke F", "wait", "wait TIME", "done"
  std::string next(Time now) {
    const Command command = interpreter.next(now);
    if (const auto* invoke = std::get_if<InvokeCommand>(&command)) {
      return "invoke " + invoke->invocation.f;
    }
    if (const auto* wait = std::get_if<WaitCommand>(&command)) {
      return wait->until ? fmt::format("wait {}", wait->until->count()) : "wait";
    }
    return "done";
  }
  void end(WorkerId worker, Outcome outcome, Time now) {
    std::optional<std::string> error;
    if (outcome != Outcome::ok) error = "why";
    interpreter.complete(worker, {outcome, Value(), error}, now);
  }

  std::vector<Event> events;
  bool fresh = false;
  Interpreter interpreter;
};

TEST(Interpreter, writes_invocations_and_completions_with_dense_indices) {
  Bench bench(operation("write", 3, Value(7)), 1, false);
  const Invocation invocation = bench.invoke(Time(5));
  EXPECT_EQ(invocation, (Invocation{0, 0, "write", Value(7), Value(3), "n1"}));
  EXPECT_TRUE(bench.fresh);
  EXPECT_EQ(bench.interpreter.in_flight(), 1);
  bench.interpreter.complete(0, {Outcome::ok, Value("yes"), std::nullopt}, Time(9));
  ASSERT_EQ(bench.events.size(), 2u);
  EXPECT_EQ(bench.events[0], (Event{0, Time(5), 0, EventType::invoke, "write", Value(7), Value(3),
                                    std::nullopt, "n1"}));
  EXPECT_EQ(bench.events[1], (Event{1, Time(9), 0, EventType::ok, "write", Value(7), Value("yes"),
                                    std::nullopt, "n1"}));
  EXPECT_EQ(bench.next(Time(9)), "done");
  EXPECT_EQ(bench.interpreter.events_written(), 2);
  EXPECT_EQ(bench.interpreter.in_flight(), 0);
}

TEST(Interpreter, workers_ask_nodes_in_turn) {
  Bench bench(limit(7, repeat(operation("read"))), 7, false);
  for (int i = 0; i < 7; ++i) {
    const Invocation invocation = bench.invoke(Time(0));
    EXPECT_EQ(invocation.node, fmt::format("n{}", invocation.worker % 3 + 1));
  }
}

TEST(Interpreter, a_process_that_ended_in_info_is_replaced_and_gets_a_fresh_client) {
  Bench bench(repeat(operation("read")), 2, false);
  std::vector<ProcessId> processes[2];
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 2; ++j) {
      const Invocation invocation = bench.invoke(Time(i));
      EXPECT_EQ(bench.fresh, i == 0 || invocation.worker == 1);
      processes[invocation.worker].push_back(invocation.process);
    }
    bench.end(0, i == 1 ? Outcome::fail : Outcome::ok, Time(i));
    bench.end(1, Outcome::info, Time(i));
  }
  EXPECT_EQ(processes[0], (std::vector<ProcessId>{0, 0, 0}));
  EXPECT_EQ(processes[1], (std::vector<ProcessId>{1, 3, 5}));
  EXPECT_NO_THROW(history_from(bench.events));
}

TEST(Interpreter, an_operation_for_later_waits_for_its_time) {
  Bench bench(delay(Duration(100), limit(2, counting("a"))), 2, false);
  EXPECT_EQ(bench.next(Time(0)), "invoke a");
  EXPECT_EQ(bench.next(Time(1)), "wait 100");
  bench.end(bench.events[0].process == 0 ? 0 : 1, Outcome::ok, Time(50));
  EXPECT_EQ(bench.next(Time(50)), "wait 100");
  EXPECT_EQ(bench.next(Time(100)), "invoke a");
  EXPECT_EQ(bench.events.back().time, Time(100));
}

TEST(Interpreter, an_event_may_change_what_was_offered_for_later) {
  // `a` would come at 1000, but the first ok makes the generator go on with `b` at once.
  const auto changes = on_update(
      [](const GeneratorPtr& inner, const GeneratorContext&, const GeneratorEvent& event) {
        return event.event.type == EventType::ok ? operation("b") : inner;
      },
      delay(Duration(1000), repeat(operation("a"))));
  Bench bench(changes, 1, false);
  EXPECT_EQ(bench.next(Time(0)), "invoke a");
  EXPECT_EQ(bench.next(Time(10)), "wait");
  bench.end(0, Outcome::ok, Time(20));
  EXPECT_EQ(bench.next(Time(20)), "invoke b");
}

TEST(Interpreter, waits_for_completions_while_all_workers_are_busy) {
  Bench bench(repeat(operation("read")), 2, false);
  EXPECT_EQ(bench.next(Time(0)), "invoke read");
  EXPECT_EQ(bench.next(Time(0)), "invoke read");
  EXPECT_EQ(bench.next(Time(0)), "wait");
  bench.end(1, Outcome::ok, Time(3));
  EXPECT_EQ(bench.next(Time(3)), "invoke read");
}

TEST(Interpreter, an_exhausted_generator_is_done_when_nothing_is_in_flight) {
  Bench bench(operation("read"), 1, false);
  EXPECT_EQ(bench.next(Time(0)), "invoke read");
  EXPECT_EQ(bench.next(Time(1)), "wait");
  bench.end(0, Outcome::ok, Time(2));
  EXPECT_EQ(bench.next(Time(2)), "done");
  EXPECT_EQ(bench.next(Time(3)), "done");
}

TEST(Interpreter, time_never_goes_back_in_the_history) {
  Bench bench(repeat(operation("read")), 1, false);
  bench.invoke(Time(100));
  bench.end(0, Outcome::ok, Time(90));
  bench.invoke(Time(95));
  for (const Event& event : bench.events) EXPECT_EQ(event.time, Time(100));
}

TEST(Interpreter, nemesis_operations_are_no_part_of_the_history_but_generators_hear_of_them) {
  std::vector<std::string> heard;
  const auto listening = on_update(
      [&heard](const GeneratorPtr& inner, const GeneratorContext&, const GeneratorEvent& event) {
        heard.push_back(
            fmt::format("{} {} {}", event.worker, event.event.f, to_string(event.event.type)));
        return inner;
      },
      sequence({nemesis_only(operation("kill")), clients(operation("read")),
                nemesis_only(operation("start"))}));
  Bench bench(listening, 1);
  const Invocation kill = bench.invoke(Time(0));
  EXPECT_EQ(kill.worker, nemesis_worker);
  EXPECT_EQ(kill.node, "");
  EXPECT_EQ(bench.next(Time(0)), "invoke read");
  EXPECT_EQ(bench.next(Time(0)), "wait");
  bench.end(nemesis_worker, Outcome::info, Time(1));
  EXPECT_EQ(bench.invoke(Time(1)).process, kill.process);  // never renumbered
  bench.end(0, Outcome::ok, Time(2));
  EXPECT_EQ(heard, (Texts{"-1 kill invoke", "0 read invoke", "-1 kill info", "-1 start invoke",
                          "0 read ok"}));
  ASSERT_EQ(bench.events.size(), 2u);
  EXPECT_EQ(bench.events[1].index, 1);
}

TEST(Interpreter, a_pending_generator_is_asked_again_at_its_time) {
  Bench bench(sequence({sleep(milliseconds(5)), operation("read")}), 1, false);
  EXPECT_EQ(bench.next(Time(0)), "wait 5000000");
  EXPECT_EQ(bench.next(milliseconds(4)), "wait 5000000");
  EXPECT_EQ(bench.next(milliseconds(5)), "invoke read");
}

TEST(Interpreter, a_generator_that_can_never_go_on_is_an_error_and_not_a_hang) {
  struct Stuck : Generator {
    Offer offer(const GeneratorContext&) const override { return Pending{}; }
  };
  Bench bench(std::make_shared<Stuck>(), 1, false);
  EXPECT_THROW(bench.next(Time(0)), std::logic_error);
}

TEST(Interpreter, a_generator_that_wakes_in_the_past_does_not_spin) {
  struct Spinning : Generator {
    Offer offer(const GeneratorContext& context) const override {
      return Pending{nullptr, context.now};
    }
  };
  Bench bench(std::make_shared<Spinning>(), 1, false);
  EXPECT_EQ(bench.next(Time(7)), "wait 1000007");
}

TEST(Interpreter, abandon_ends_what_is_in_flight_and_the_generator) {
  Bench bench(repeat(operation("write", 1)), 3);
  for (int i = 0; i < 4; ++i) bench.invoke(Time(1));
  EXPECT_EQ(bench.interpreter.in_flight(), 4);
  bench.interpreter.abandon("interrupted", Time(8));
  EXPECT_EQ(bench.interpreter.in_flight(), 0);
  EXPECT_EQ(bench.next(Time(8)), "done");
  ASSERT_EQ(bench.events.size(), 6u);
  for (std::size_t i = 3; i < 6; ++i) {
    EXPECT_EQ(bench.events[i].type, EventType::info);
    EXPECT_EQ(bench.events[i].error, "cut off: interrupted");
  }
  EXPECT_NO_THROW(history_from(bench.events));
}

TEST(Interpreter, phases_share_one_history_and_one_set_of_processes) {
  Bench bench(operation("write"), 1, false);
  bench.invoke(Time(0));
  bench.end(0, Outcome::info, Time(1));
  EXPECT_EQ(bench.next(Time(1)), "done");
  bench.interpreter.continue_with(operation("read"));
  const Invocation read = bench.invoke(Time(2));
  EXPECT_EQ(read.process, 1);
  EXPECT_THROW(bench.interpreter.continue_with(nullptr), std::logic_error);
  bench.end(0, Outcome::ok, Time(3));
  EXPECT_EQ(bench.events.back().index, 3);
}

TEST(Interpreter, misuse_is_refused) {
  Bench bench(repeat(operation("read")), 2);
  EXPECT_THROW(bench.end(0, Outcome::ok, Time(0)), std::logic_error);
  EXPECT_THROW(bench.end(2, Outcome::ok, Time(0)), std::logic_error);
  EXPECT_THROW(bench.end(-2, Outcome::ok, Time(0)), std::logic_error);
  EXPECT_THROW(Bench(nullptr, 0), std::logic_error);
  Bench without_nemesis(nullptr, 1, false);
  EXPECT_THROW(without_nemesis.end(nemesis_worker, Outcome::ok, Time(0)), std::logic_error);
  struct Blind : Generator {
    Offer offer(const GeneratorContext& context) const override {
      return Offered{{0, context.now, "read", {}, {}}, shared_from_this()};
    }
  };
  Bench blind(std::make_shared<Blind>(), 2, false);
  blind.next(Time(0));
  EXPECT_THROW(blind.next(Time(0)), std::logic_error);
}

TEST(Interpreter, the_same_seed_gives_the_same_history) {
  const auto run = [](std::uint64_t seed) {
    return who(simulate(stagger(Duration(7), limit(200, counting("a"))), imperfect,
                        {.workers = 5, .seed = seed}));
  };
  EXPECT_EQ(run(3), run(3));
  EXPECT_NE(run(3), run(4));
}

}  // namespace
}  // namespace faultrig
