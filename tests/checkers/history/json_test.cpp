#include "checkers/history/json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <cmath>
#include <limits>

#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig {
namespace {

std::string error_of(std::string_view text) {
  try {
    return "read as " + to_json(parse_json(text));
  } catch (const JsonError& error) {
    return error.what();
  }
}

TEST(Json, reads_and_writes_every_kind) {
  const std::string text =
      R"({"a":[1,-2,3.5,true,false,null,"x\ny"],"b":{},"c":[],"d":{"e":{"f":[[]]}}})";
  EXPECT_EQ(to_json(parse_json(text)), text);
  EXPECT_EQ(to_json(parse_json(" \n [ 1 , 2 ]\t")), "[1,2]");
}

TEST(Json, numbers_keep_their_kind) {
  EXPECT_EQ(parse_json("9223372036854775807"), Value(INT64_MAX));
  EXPECT_EQ(parse_json("-9223372036854775808"), Value(INT64_MIN));
  EXPECT_EQ(parse_json("9223372036854775808"), Value(9223372036854775808.0));
  EXPECT_EQ(parse_json("-9223372036854775809"), Value(-9223372036854775808.0));
  EXPECT_EQ(parse_json("3.0").kind(), Value::Kind::real);
  EXPECT_EQ(to_json(Value(3.0)), "3.0");
  EXPECT_EQ(to_json(Value(1e300)), "1e+300");
  EXPECT_EQ(parse_json(to_json(Value(0.1))), Value(0.1));
  EXPECT_EQ(to_json(Value(std::numeric_limits<double>::infinity())), "null");
  EXPECT_EQ(to_json(Value(std::nan(""))), "null");
  EXPECT_NE(error_of("1e400").find("1e400"), std::string::npos) << error_of("1e400");
}

TEST(Json, of_equal_keys_the_last_wins_and_keys_are_sorted) {
  EXPECT_EQ(to_json(parse_json(R"({"b":1,"a":2,"b":3,"a":4,"b":5})")), R"({"a":4,"b":5})");
}

TEST(Json, depth_is_bounded) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  EXPECT_EQ(to_json(parse_json(nested(64))), nested(64));
  EXPECT_EQ(error_of(nested(65)), "nested more than 64 deep");
  EXPECT_EQ(error_of(std::string(1'000'000, '[')), "nested more than 64 deep");
  std::string maps;
  for (int i = 0; i < 100'000; ++i) maps += R"({"a":)";
  EXPECT_EQ(error_of(maps), "nested more than 64 deep");
}

TEST(Json, refuses_what_is_not_one_value) {
  for (std::string_view text : {"",
                                " ",
                                "{",
                                "[1,",
                                "[1,]",
                                "{\"a\"}",
                                "{\"a\":1,}",
                                "1 2",
                                "nul",
                                "NaN",
                                "Infinity",
                                "'a'",
                                "\"a",
                                "\"\\x\"",
                                "01",
                                "+1",
                                "1.",
                                ".5",
                                "[1]]",
                                "\"\t\"",
                                "\"\\ud800\"",
                                "\"\xff\"",
                                "\"\xed\xa0\x80\"",
                                "\xef\xbb",
                                "// c\n1",
                                "{1:2}"}) {
    EXPECT_THROW(parse_json(text), JsonError) << text;
  }
  try {
    parse_json("[1,x]");
    FAIL();
  } catch (const JsonError& error) {
    EXPECT_EQ(error.byte, 3U);
    EXPECT_EQ(std::string(error.what()).find("json.exception"), std::string::npos);
  }
}

TEST(Json, text_is_always_utf8) {
  EXPECT_EQ(to_json(Value("k\xC3\xA4se \xE2\x82\xAC \xF0\x9F\x98\x80")),
            "\"k\xC3\xA4se \xE2\x82\xAC \xF0\x9F\x98\x80\"");
  EXPECT_EQ(parse_json(R"("\u00e4\ud83d\ude00\u0000")"),
            Value(std::string("\xC3\xA4\xF0\x9F\x98\x80\0", 7)));
  // Overlong, surrogate, beyond the last, cut off, a lone continuation.
  for (std::string_view broken :
       {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82", "\x80", "\xFF"}) {
    const std::string written = to_json(Value(broken));
    EXPECT_NE(written.find("\xEF\xBF\xBD"), std::string::npos) << written;
    EXPECT_NO_THROW(parse_json(written)) << written;
  }
  EXPECT_EQ(to_json(Value(std::string("a\"\\\b\x01\x7f", 6))), "\"a\\\"\\\\\\u0008\\u0001\x7f\"");
}

Value random_value(testing::Dice& dice, int depth) {
  switch (dice.below(depth > 3 ? 5 : 7)) {
    case 0:
      return {};
    case 1:
      return Value(dice.chance(1, 2));
    case 2:
      return Value(static_cast<std::int64_t>(dice.below(UINT64_MAX)));
    case 3:
      return Value(static_cast<double>(dice.below(1'000'000'000)) / 7.0);
    case 4: {
      std::string text;
      for (std::uint64_t i = dice.below(8); i > 0; --i) text += static_cast<char>(dice.below(128));
      return Value(text);
    }
    case 5: {
      Value::List items;
      for (std::uint64_t i = dice.below(4); i > 0; --i) {
        items.push_back(random_value(dice, depth + 1));
      }
      return Value(std::move(items));
    }
    default: {
      Value::Map fields;
      for (std::uint64_t i = dice.below(4); i > 0; --i) {
        fields.emplace_back(std::string(1, static_cast<char>('a' + dice.below(4))),
                            random_value(dice, depth + 1));
      }
      return Value(std::move(fields));
    }
  }
}

RC_GTEST_PROP(JsonProperty, what_is_written_is_read_back, ()) {
  testing::Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  const Value value = random_value(dice, 0);
  const Value read = parse_json(to_json(value));
  RC_ASSERT(read == value);
  RC_ASSERT(read.hash() == value.hash());
  RC_ASSERT(to_json(read) == to_json(value));
}

RC_GTEST_PROP(ValueProperty, order_is_total_and_agrees_with_hash, ()) {
  testing::Dice dice(*rc::gen::arbitrary<std::uint64_t>());
  const Value a = random_value(dice, 2);
  const Value b = random_value(dice, 2);
  const Value c = random_value(dice, 2);
  RC_ASSERT((a <=> a) == std::strong_ordering::equal);
  RC_ASSERT(((a <=> b) < 0) == ((b <=> a) > 0));
  if (a <= b && b <= c) RC_ASSERT(a <= c);
  if (a == b) RC_ASSERT(a.hash() == b.hash());
}

TEST(Value, fields_are_found_by_name) {
  const Value map = Value::map({{"n", 1}, {"a", "x"}, {"n", 2}});
  ASSERT_NE(map.find("n"), nullptr);
  EXPECT_EQ(*map.find("n"), Value(2));
  EXPECT_EQ(map.find("m"), nullptr);
  EXPECT_EQ(Value(3).find("n"), nullptr);
  EXPECT_EQ(map.integer_or("n", 7), 2);
  EXPECT_EQ(map.integer_or("a", 7), 7);
  EXPECT_EQ(map.string_or("a", "y"), "x");
  EXPECT_EQ(map.string_or("n", "y"), "y");
}

TEST(Value, odd_reals_keep_containers_sane) {
  const Value nan(std::nan(""));
  EXPECT_EQ(nan, nan);
  EXPECT_GT(nan, Value(std::numeric_limits<double>::infinity()));
  EXPECT_EQ(Value(0.0), Value(-0.0));
  EXPECT_EQ(Value(0.0).hash(), Value(-0.0).hash());
  EXPECT_EQ(nan.hash(), Value(-std::nan("")).hash());
  EXPECT_NE(Value(1), Value(1.0));
}

}  // namespace
}  // namespace faultrig
