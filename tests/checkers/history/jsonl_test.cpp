#include "checkers/history/jsonl.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "checkers/history/json.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

constexpr std::string_view two_lines =
    R"({"index":0,"time":5,"type":"invoke","process":0,"f":"write","value":1})"
    "\n"
    R"({"index":1,"time":9,"type":"ok","process":0,"f":"write","value":1})"
    "\n";

std::string refusal_of(std::string_view text) {
  try {
    read_history_jsonl(text, "history.jsonl");
  } catch (const HistoryError& error) {
    return error.what();
  }
  return "no error";
}

TEST(JsonLines, writes_the_documented_line) {
  Event event;
  event.index = 0;
  event.time = Time(3291485);
  event.process = 0;
  event.f = "cas";
  event.key = Value(7);
  event.value = Value::list({1, 2});
  event.node = "n1";
  EXPECT_EQ(to_json_line(event),
            R"({"index":0,"time":3291485,"type":"invoke","process":0,"f":"cas","key":7,)"
            R"("value":[1,2],"node":"n1"})");
  EXPECT_EQ(event_from_json_line(to_json_line(event)), event);
  event.key.reset();
  event.node.clear();
  event.type = EventType::info;
  event.value = {};
  event.error = "timed \"out\"";
  EXPECT_EQ(to_json_line(event),
            R"({"index":0,"time":3291485,"type":"info","process":0,"f":"cas","value":null,)"
            R"("error":"timed \"out\""})");
  EXPECT_EQ(event_from_json_line(to_json_line(event)), event);
}

TEST(JsonLines, passes_over_what_the_nemesis_says_and_nobody_else) {
  const std::string said = to_json_line(Time(7), "clock-offsets", Value::map({{"n1", -5}}));
  EXPECT_EQ(
      said,
      R"({"time":7,"type":"info","process":"nemesis","f":"clock-offsets","value":{"n1":-5}})");
  const std::string_view lines = two_lines;
  const std::size_t second = lines.find('\n') + 1;
  const std::string text = said + "\n" + std::string(lines.substr(0, second)) + said + "\n" +
                           std::string(lines.substr(second)) + said + "\n";
  const JsonLinesHistory read = read_history_jsonl(text, "history.jsonl");
  EXPECT_EQ(read.history.operations().size(), 1u);
  EXPECT_TRUE(read.warnings.empty());
  EXPECT_EQ(refusal_of(R"({"time":7,"type":"info","process":"nobody","f":"x","value":1})"
                       "\n"),
            "history.jsonl:1: the event has no \"index\"");
}

TEST(JsonLines, ignores_what_it_does_not_know) {
  const Event event = event_from_json_line(
      R"( {"f":"read","extra":{"a":[1]},"process":4,"type":"invoke","time":1,"index":0,)"
      R"("key":null,"error":null,"node":null} )");
  EXPECT_EQ(event.process, 4);
  EXPECT_FALSE(event.key.has_value());
  EXPECT_FALSE(event.error.has_value());
  EXPECT_TRUE(event.value.is_nil());
  EXPECT_EQ(event.node, "");
}

TEST(JsonLines, reads_what_was_written) {
  const JsonLinesHistory read = read_history_jsonl(two_lines, "history.jsonl");
  EXPECT_TRUE(read.warnings.empty());
  ASSERT_EQ(read.history.operations().size(), 1U);
  EXPECT_EQ(read.history.operations()[0].outcome, Outcome::ok);
  EXPECT_TRUE(read_history_jsonl("", "empty").history.empty());
  EXPECT_TRUE(read_history_jsonl("\n \r\n", "blank").history.empty());
}

TEST(JsonLines, only_the_last_line_may_be_cut_off) {
  // Wherever the writer was killed, what was complete before is there.
  for (std::size_t length = 0; length < two_lines.size(); ++length) {
    const JsonLinesHistory read = read_history_jsonl(two_lines.substr(0, length), "h");
    const std::size_t first = two_lines.find('\n');
    EXPECT_EQ(read.history.operations().size(), length >= first ? 1U : 0U) << length;
    const bool is_cut =
        (length > 0 && length < first) || (length > first + 1 && length + 1 < two_lines.size());
    EXPECT_EQ(read.warnings.size(), is_cut ? 1U : 0U) << length;
  }
  EXPECT_EQ(refusal_of(std::string(two_lines.substr(0, 20)) + "\n" + std::string(two_lines))
                .substr(0, 37),
            "history.jsonl:1: not JSON at byte 20:");
  // Complete but for the newline and wrong: not a cut.
  EXPECT_EQ(refusal_of(R"({"index":0})"), "history.jsonl:1: the event has no \"time\"");
}

TEST(JsonLines, names_the_line_and_the_rule) {
  EXPECT_EQ(refusal_of(std::string(two_lines) + std::string(two_lines)),
            "history.jsonl:3: index 0 where 2 was due after line 2; indices count 0, 1, 2 ... "
            "without gaps");
  EXPECT_EQ(refusal_of("[1]\n"), "history.jsonl:1: an event is a JSON object, not list");
  EXPECT_EQ(refusal_of(R"({"index":"0","time":1})"
                       "\n"),
            "history.jsonl:1: \"index\" is string, not an integer: \"0\"");
  EXPECT_EQ(refusal_of(R"({"index":0,"time":1,"type":"done"})"
                       "\n"),
            "history.jsonl:1: type \"done\"; known are invoke, ok, fail and info");
  EXPECT_EQ(refusal_of(R"({"index":0,"time":1,"type":"ok","process":1.5})"
                       "\n"),
            "history.jsonl:1: \"process\" is real, not an integer: 1.5");
}

std::string random_history_text(std::uint64_t seed) {
  testing::RandomHistory options;
  options.operations = 12;
  options.unknown_percent = 20;
  options.failed_percent = 20;
  options.with_append = seed % 2 == 0;
  std::string text;
  std::int64_t index = 0;
  for (const Operation& operation : testing::arbitrary_history(options, seed)) {
    Event event;
    event.index = index++;
    event.time = Time(index * 1000);
    event.process = index;  // all of their own, so that any order is a history
    event.f = operation.f;
    event.key = operation.invoked_at % 2 == 0 ? std::optional<Value>("käse") : std::nullopt;
    event.value = operation.input;
    text += to_json_line(event) + '\n';
    event.index = index++;
    event.type = operation.outcome == Outcome::ok     ? EventType::ok
                 : operation.outcome == Outcome::fail ? EventType::fail
                                                      : EventType::info;
    event.error = operation.outcome == Outcome::ok ? std::nullopt : std::optional("refused");
    text += to_json_line(event) + '\n';
  }
  return text;
}

// Random damage to good text: read it or refuse it, nothing else.
TEST(JsonLines, damaged_text_is_read_or_refused) {
  testing::Dice dice(7);
  int refused = 0;
  int read = 0;
  for (int round = 0; round < 4000; ++round) {
    std::string text = random_history_text(dice.below(50));
    for (std::uint64_t change = dice.below(4) + 1; change > 0; --change) {
      const std::size_t at = dice.below(text.size());
      switch (dice.below(5)) {
        case 0:
          text[at] = static_cast<char>(dice.below(256));
          break;
        case 1:
          text.erase(at, dice.below(20) + 1);
          break;
        case 2:
          text.insert(at, text.substr(dice.below(text.size()), dice.below(40)));
          break;
        case 3:
          text.insert(at, 1, "{}[]\",:\\-0e."[dice.below(12)]);
          break;
        default:
          text.resize(at);
          break;
      }
      if (text.empty()) text = "{";
    }
    try {
      read_history_jsonl(text, "damaged");
      ++read;
    } catch (const HistoryError&) {
      ++refused;
    }
    try {
      event_from_json_line(std::string_view(text).substr(0, text.find('\n')));
    } catch (const HistoryError&) {
    } catch (const JsonError&) {
    }
  }
  EXPECT_GT(refused, 1000);
  EXPECT_GT(read, 100);
}

}  // namespace
}  // namespace faultrig
