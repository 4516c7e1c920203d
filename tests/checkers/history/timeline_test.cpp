#include "checkers/history/timeline.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

TEST(Timeline, draws_what_the_header_promises) {
  const Timeline timeline = parse_timeline(
      "check linearizable model=register initial=0\n"
      "p0  |------------write 1------------|\n"
      "p1     |--read 1--|\n"
      "p2                   |--read 0--|\n"
      "----\n"
      "invalid\n");
  EXPECT_EQ(timeline.checker, "linearizable");
  EXPECT_EQ(timeline.options.at("model"), "register");
  EXPECT_EQ(timeline.options.at("initial"), "0");
  EXPECT_EQ(timeline.expected, "invalid");
  const auto operations = timeline.history.operations();
  ASSERT_EQ(operations.size(), 3U);
  EXPECT_EQ(operations[0].f, "write");
  EXPECT_EQ(operations[0].input, Value(1));
  EXPECT_EQ(operations[0].invoked_at, 0);
  EXPECT_EQ(operations[0].completed_at, 5);
  EXPECT_EQ(operations[1].output, Value(1));
  EXPECT_LT(operations[1].completed_at, operations[2].invoked_at);
  EXPECT_EQ(draw_timeline(operations),
            "p0  |-------------write 1-------------|\n"
            "p1      |--read 1--|\n"
            "p2                     |--read 0--|\n");
}

TEST(Timeline, reads_every_kind_of_label) {
  const Timeline timeline = parse_timeline(
      "p0  |-[7] cas 1->-2-| |--[\"a] |b\"] write \"x|?--x\"--| |--dequeue => [1]--|\n"
      "p1 |--get nil--| |--write nil--x |--delete--?\n"
      "p12 |--add 3 => 4--| |--get {\"k\":1} => nil--|\n");
  const auto operations = timeline.history.operations();
  ASSERT_EQ(operations.size(), 8U);
  const auto labels = [&] {
    std::string all;
    for (const Operation& operation : operations) all += timeline_label(operation) + ";";
    return all;
  }();
  EXPECT_EQ(labels,
            "get nil;[7] cas 1->-2;add 3 => 4;write;get {\"k\":1} => nil;"
            "[\"a] |b\"] write \"x|?--x\";delete;dequeue => [1];");
  EXPECT_EQ(operations[1].key, Value(7));
  EXPECT_EQ(operations[1].input, Value::list({1, -2}));
  EXPECT_EQ(operations[3].outcome, Outcome::fail);
  EXPECT_EQ(operations[4].input, Value::map({{"k", 1}}));
  EXPECT_EQ(operations[5].input, Value("x|?--x"));
  EXPECT_EQ(operations[6].outcome, Outcome::info);
  EXPECT_EQ(operations[6].completed_at, Operation::never);
}

std::string error_of(std::string_view text) {
  try {
    parse_timeline(text, "case.txt");
  } catch (const HistoryError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Timeline, says_what_is_wrong_and_where) {
  EXPECT_EQ(error_of("p0 |--write 1\n"),
            "case.txt:1: column 4: this bar has no end; | is ok, ? unknown, --x failed");
  EXPECT_EQ(error_of("\nq0 |--write 1--|\n"),
            "case.txt:2: a row starts with its process, as in p3");
  EXPECT_EQ(error_of("p0 |--write 1--? |--read 1--|\n"),
            "case.txt:1: column 18: process 0 acts again after an operation with unknown outcome; "
            "give the next one a row and number of its own");
  EXPECT_EQ(error_of("p0 |--write one--|\n"),
            "case.txt:1: \"one\" is no value; values are JSON, or nil");
  EXPECT_EQ(error_of("p0 |--write 1--|\np0    |--read 1--|\n"),
            "case.txt:2: process 0 invoked read while its write of line 1 is still in flight");
  EXPECT_EQ(error_of("p0 |-----|\n"), "case.txt:1: column 4: this bar has no label");
  EXPECT_EQ(error_of("p0 --write 1--|\n"), "case.txt:1: column 4: a bar starts with |, not with -");
}

TEST(Timeline, damaged_drawings_are_read_or_refused) {
  testing::Dice dice(11);
  int refused = 0;
  int read = 0;
  for (int round = 0; round < 4000; ++round) {
    testing::RandomHistory options;
    options.unknown_percent = 20;
    options.failed_percent = 20;
    options.with_append = round % 2 == 0;
    std::string text = draw_timeline(testing::arbitrary_history(options, dice.below(40)));
    for (std::uint64_t change = dice.below(3) + 1; change > 0; --change) {
      const std::size_t at = dice.below(text.size());
      switch (dice.below(4)) {
        case 0:
          text[at] = static_cast<char>(dice.below(256));
          break;
        case 1:
          text.erase(at, dice.below(12) + 1);
          break;
        case 2:
          text.insert(at, 1, "|-?x\n p[]\"=>"[dice.below(13)]);
          break;
        default:
          text.resize(at);
          break;
      }
      if (text.empty()) text = "p";
    }
    try {
      parse_timeline(text);
      ++read;
    } catch (const HistoryError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 500);
  EXPECT_GT(read, 100);
}

RC_GTEST_PROP(TimelineProperty, a_drawing_read_back_is_the_same_history, ()) {
  testing::RandomHistory options;
  options.operations = *rc::gen::inRange(1, 30);
  options.clients = *rc::gen::inRange(1, 6);
  options.unknown_percent = *rc::gen::element(0, 30);
  options.failed_percent = *rc::gen::element(0, 30);
  options.with_append = *rc::gen::arbitrary<bool>();
  auto operations = testing::arbitrary_history(options, *rc::gen::arbitrary<std::uint64_t>());
  if (*rc::gen::arbitrary<bool>()) {
    for (Operation& operation : operations) operation.key = Value(operation.invoked_at % 3);
  }
  const std::string drawing = draw_timeline(operations);
  RC_LOG() << drawing;
  const History expected = history_of(operations);
  const History found = parse_timeline(drawing).history;
  RC_ASSERT(found.operations().size() == expected.operations().size());
  for (std::size_t i = 0; i < expected.operations().size(); ++i) {
    const Operation& a = expected.operations()[i];
    const Operation& b = found.operations()[i];
    RC_ASSERT(a.process == b.process);
    RC_ASSERT(a.f == b.f);
    RC_ASSERT(a.key == b.key);
    RC_ASSERT(a.input == b.input);
    RC_ASSERT(a.output == b.output);
    RC_ASSERT(a.outcome == b.outcome);
    RC_ASSERT(a.invoked_at == b.invoked_at);
    RC_ASSERT(a.completed_at == b.completed_at);
  }
  RC_ASSERT(draw_timeline(found.operations()) == drawing);
}

}  // namespace
}  // namespace faultrig
