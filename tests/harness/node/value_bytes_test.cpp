#include "harness/node/value_bytes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/node/crc32c.hpp"
#include "harness/node/hashing.hpp"
#include "harness/random.hpp"

namespace faultrig {
namespace {

Value random_value(Random& random, int depth) {
  switch (random.below(depth == 0 ? 5 : 7)) {
    case 0:
      return Value();
    case 1:
      return Value(random.chance({1, 2}));
    case 2:
      return Value(static_cast<std::int64_t>(random.next() >> random.below(64)) *
                   (random.chance({1, 2}) ? 1 : -1));
    case 3:
      return Value(static_cast<double>(random.next()) / 3.0);
    case 4:
      return Value(std::string(random.below(20), static_cast<char>(random.below(256))));
    case 5: {
      Value::List items;
      for (std::uint64_t n = random.below(4); n > 0; --n) {
        items.push_back(random_value(random, depth - 1));
      }
      return Value(std::move(items));
    }
    default: {
      Value::Map fields;
      for (std::uint64_t n = random.below(4); n > 0; --n) {
        fields.emplace_back(std::to_string(random.below(100)), random_value(random, depth - 1));
      }
      return Value(std::move(fields));
    }
  }
}

std::string bytes_of(const Value& value) {
  std::string out;
  append_value(out, value);
  return out;
}

TEST(ValueBytes, WhatIsWrittenIsReadAndNoBeginningOfIt) {
  Random random(3);
  for (int i = 0; i < 2000; ++i) {
    const Value value = random_value(random, 3);
    const std::string bytes = bytes_of(value);
    ByteReader in(bytes);
    EXPECT_EQ(in.value(), value);
    EXPECT_TRUE(in.is_done());
    ByteReader torn(std::string_view(bytes).substr(0, bytes.size() - 1));
    torn.value();
    EXPECT_FALSE(torn.good()) << value.to_string();
  }
  for (const std::int64_t edge :
       {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    const std::string bytes = bytes_of(Value(edge));
    EXPECT_EQ(ByteReader(bytes).value(), Value(edge));
  }
}

TEST(ValueBytes, WhatNobodyWroteIsRefused) {
  const std::string deep(65, '\x06');  // a list in a list, each of six
  const std::vector<std::string> bad = {"",
                                        "\x08",
                                        std::string("\x05\x7f", 2) + "abc",
                                        "\x06\xff\xff\xff\xff\x0f",
                                        "\x03" + std::string(11, '\xff'),
                                        deep};
  for (const std::string& bytes : bad) {
    ByteReader in(bytes);
    in.value();
    EXPECT_FALSE(in.good());
  }
}

// The bits one by one.
std::uint32_t slow_crc32c(std::string_view bytes) {
  std::uint32_t value = 0xffffffffu;
  for (const char c : bytes) {
    value ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0x82f63b78u : 0);
  }
  return ~value;
}

TEST(Crc32c, AgreesWithTheBitwiseOne) {
  Random random(4);
  std::string bytes;
  for (int length = 0; length < 200; ++length) {
    EXPECT_EQ(crc32c(bytes), slow_crc32c(bytes)) << length;
    bytes += static_cast<char>(random.below(256));
  }
}

// Equal values, however they came about: the zeros and 5 as they are, another order of fields.
TEST(StableHash, EqualValuesHashAlikeAndOthersDoNot) {
  EXPECT_EQ(stable_hash(Value(0.0)), stable_hash(Value(-0.0)));
  EXPECT_EQ(stable_hash(Value::map({{"a", 1}, {"b", 2}})),
            stable_hash(Value::map({{"b", 2}, {"a", 1}})));
  EXPECT_NE(stable_hash(Value(1)), stable_hash(Value("1")));
  EXPECT_NE(stable_hash(Value::list({1, 2})), stable_hash(Value::list({2, 1})));
  EXPECT_NE(stable_hash(Value("abcdefgh")), stable_hash(Value("abcdefg")));
  // Written down: the same on every machine.
  EXPECT_EQ(stable_hash(Value::map({{"key", "x"}, {"value", 5}})), 0x1c8b6c980904a84aULL);
}

}  // namespace
}  // namespace faultrig
