// The plain scanner against the JSON reader: whatever it accepts, the JSON reader accepts and reads
// as the same event; and what a run writes is plain, or it would be no use.
#include "checkers/history/event_line.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "checkers/history/jsonl.hpp"

namespace faultrig {
namespace {

// Empty when the scanner leaves the line to the JSON reader, which may throw.
bool agrees_or_abstains(const std::string& line) {
  Event plain;
  if (!read_plain_event(line, plain)) return true;
  return plain == event_from_json_line(line);
}

constexpr std::string_view full_line =
    R"({"index":12,"time":3291485,"type":"ok","process":3,"f":"cas","key":7,"value":[1,[-2,"a"],)"
    R"(null,true,false,[]],"error":"timed out","node":"n1"})";

TEST(EventLine, what_a_run_writes_is_plain) {
  Event event;
  for (const std::string_view line :
       {full_line, std::string_view(R"({"index":0,"time":0,"type":"invoke","process":0,"f":"r"})"),
        std::string_view(R"({ "process": 1, "index": 0, "f": "r", "type": "info", "time": 9 })")}) {
    EXPECT_TRUE(read_plain_event(line, event)) << line;
    EXPECT_EQ(event, event_from_json_line(line)) << line;
    EXPECT_TRUE(read_plain_event(to_json_line(event), event));
  }
}

TEST(EventLine, leaves_nothing_of_the_event_before) {
  Event event;
  ASSERT_TRUE(read_plain_event(full_line, event));
  ASSERT_TRUE(
      read_plain_event(R"({"index":0,"time":0,"type":"invoke","process":0,"f":"r"})", event));
  EXPECT_EQ(event,
            event_from_json_line(R"({"index":0,"time":0,"type":"invoke","process":0,"f":"r"})"));
}

TEST(EventLine, leaves_the_unusual_to_the_json_reader) {
  Event event;
  const auto line_with = [](std::string_view field) {
    return R"({"index":0,"time":0,"type":"invoke","process":0,"f":"r",)" + std::string(field) + "}";
  };
  ASSERT_TRUE(read_plain_event(line_with(R"("value":1)"), event));
  for (const std::string_view field : {R"("value":1.5)",
                                       R"("value":1e3)",
                                       R"("value":01)",
                                       R"("value":-0)",
                                       R"("value":"\n")",
                                       R"("value":"é")",
                                       R"("value":{"a":1})",
                                       R"("value":12345678901234567890)",
                                       R"("value":1,"value":2)",
                                       R"("other":1)",
                                       R"("error":["x"])",
                                       R"("key":null)",
                                       R"("value":[1,])",
                                       R"("value":[,1])",
                                       R"("value":nul)",
                                       R"("value")",
                                       R"("value":1,)",
                                       R"("node":null)",
                                       R"("value":"a)",
                                       R"("index":1)",
                                       R"("value":[[[[[[[[[1]]]]]]]]])"}) {
    EXPECT_FALSE(read_plain_event(line_with(field), event)) << field;
  }
  for (const std::string_view line : {"", "{", "{}", "[]", "nonsense", R"({"index":0})"}) {
    EXPECT_FALSE(read_plain_event(line, event)) << line;
  }
  EXPECT_FALSE(read_plain_event(line_with(R"("value":1)") + " x", event));
  EXPECT_FALSE(
      read_plain_event(R"({"index":0,"time":0,"type":"maybe","process":0,"f":"r"})", event));
}

TEST(EventLine, every_cut_is_left_to_the_json_reader) {
  Event event;
  for (std::size_t length = 0; length < full_line.size(); ++length) {
    EXPECT_FALSE(read_plain_event(full_line.substr(0, length), event)) << length;
  }
}

// Damage at random places: bytes changed, removed, doubled.
RC_GTEST_PROP(EventLine, never_differs_from_the_json_reader, ()) {
  std::string line(full_line);
  const std::string replacements = "{}[]\",:\\ 0123456789-+.eEntfaxu\x01\x7f\xc3\xa9\t\r";
  const int damages = *rc::gen::inRange(1, 4);
  for (int i = 0; i < damages; ++i) {
    const std::size_t at = *rc::gen::inRange<std::size_t>(0, line.size());
    const char byte = replacements[*rc::gen::inRange<std::size_t>(0, replacements.size())];
    switch (*rc::gen::inRange(0, 3)) {
      case 0:
        line[at] = byte;
        break;
      case 1:
        line.erase(at, 1);
        break;
      default:
        line.insert(at, 1, byte);
    }
  }
  RC_ASSERT(agrees_or_abstains(line));
}

// Fields in any order, some left out, some twice, with and without spaces.
RC_GTEST_PROP(EventLine, takes_fields_in_any_order, ()) {
  const std::vector<std::string> fields = {
      R"("index":0)", R"("time":4)",      R"("type":"fail")", R"("process":2)", R"("f":"read")",
      R"("key":"a")", R"("value":[1,2])", R"("error":"no")",  R"("node":"n2")", R"("extra":1)"};
  const auto order = *rc::gen::container<std::vector<std::size_t>>(
      rc::gen::inRange<std::size_t>(0, fields.size()));
  const std::string separator = *rc::gen::element<std::string>(",", ", ", " , ");
  std::string line = "{";
  for (std::size_t i = 0; i < order.size(); ++i)
    line += (i > 0 ? separator : "") + fields[order[i]];
  RC_ASSERT(agrees_or_abstains(line + "}"));
}

}  // namespace
}  // namespace faultrig
