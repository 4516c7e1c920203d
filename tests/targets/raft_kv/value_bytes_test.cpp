#include "targets/raft_kv/value_bytes.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "harness/random.hpp"
#include "targets/raft_kv/crc32c.hpp"
#include "targets/raft_kv/peer_body.hpp"
#include "targets/raft_kv/state_machine.hpp"

namespace faultrig::raft_kv {
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

TEST(PeerBody, EqualMessagesHaveEqualDigestsAndOneChangedFieldShows) {
  const AppendEntries append{3, 7, 2, 6, 11, {{2, Value()}, {3, Value::map({{"a", 1}})}}};
  const auto digest = [](const PeerMessage& message) { return PeerBody(message).digest(); };
  EXPECT_EQ(digest(append), digest(*peer_message(to_body(append))));
  AppendEntries other = append;
  other.entries[1] = {3, Value::map({{"a", 2}})};
  EXPECT_NE(digest(append), digest(other));
  EXPECT_NE(digest(PreVote{3, 7, 2}), digest(RequestVote{3, 7, 2}));
  EXPECT_EQ(PeerBody(append).to_value(), to_body(append));
}

// The digests that are kept up to date are those of the content, made anew.
TEST(StateMachineDigest, IsThatOfTheContent) {
  Random random(5);
  const SessionLimits limits{6, 3};
  StateMachine machine(limits);
  for (int i = 0; i < 300; ++i) {
    const Value operation =
        random.chance({1, 2})
            ? Value::map({{"type", "write"}, {"key", random.below(4)}, {"value", random.below(3)}})
            : Value::map({{"type", "cas"},
                          {"key", random.below(4)},
                          {"from", random.below(3)},
                          {"to", random.below(3)}});
    machine.apply(Command{"c" + std::to_string(random.below(5)),
                          static_cast<std::int64_t>(random.below(30)), operation}
                      .to_value());
    const std::optional<StateMachine> anew = StateMachine::from_value(machine.to_value(), limits);
    ASSERT_TRUE(anew.has_value());
    EXPECT_EQ(anew->entries_digest(), machine.entries_digest()) << i;
    EXPECT_EQ(anew->sessions_digest(), machine.sessions_digest()) << i;
  }
  const std::optional<StateMachine> bare =
      StateMachine::from_value(machine.to_value(false), limits);
  EXPECT_EQ(bare->entries_digest(), machine.entries_digest());
  EXPECT_NE(bare->sessions_digest(), machine.sessions_digest());
}

}  // namespace
}  // namespace faultrig::raft_kv
