#include "targets/causal_kv/messages.hpp"

#include <gtest/gtest.h>

#include "checkers/history/json.hpp"
#include "targets/causal_kv/peer_body.hpp"

namespace faultrig::causal_kv {
namespace {

VectorClock clock_of(Sequence a, Sequence b, Sequence c) {
  VectorClock clock(3);
  clock.set(0, a);
  clock.set(1, b);
  clock.set(2, c);
  return clock;
}

SharedWrite a_write(Value value = 5) {
  return std::make_shared<const Write>(1, 4, 9, clock_of(2, 3, 0), "x", std::move(value));
}

std::vector<PeerMessage> one_of_each() {
  return {NewWrite{a_write()}, Digest{clock_of(2, 4, 0), 7},
          Missing{7, clock_of(2, 4, 1), true, {a_write(), a_write(6)}}};
}

TEST(CausalMessages, GoThroughTextAndBack) {
  for (const PeerMessage& message : one_of_each()) {
    const Value body = to_body(message);
    const std::optional<PeerMessage> back = peer_message(parse_json(to_json(body)), 3);
    ASSERT_TRUE(back.has_value()) << body.to_string();
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(to_body(*back), body);
    EXPECT_FALSE(peer_message(body, 4).has_value()) << "of another cluster";
    EXPECT_EQ(PeerBody(*back).digest(), PeerBody(message).digest());
  }
}

TEST(CausalMessages, OneChangedFieldShowsInTheDigest) {
  const auto digest = [](PeerMessage message) { return PeerBody(std::move(message)).digest(); };
  EXPECT_NE(digest(NewWrite{a_write()}), digest(NewWrite{a_write(6)}));
  EXPECT_NE(digest(Digest{clock_of(2, 4, 0), 7}), digest(Digest{clock_of(2, 4, 0), 8}));
  EXPECT_NE(digest(Digest{clock_of(2, 4, 0), 7}), digest(Missing{7, clock_of(2, 4, 0), false, {}}));
  EXPECT_NE(digest(Missing{7, clock_of(2, 4, 0), true, {}}),
            digest(Missing{7, clock_of(2, 4, 0), false, {}}));
}

// Each field in turn left out, and replaced by values of every other kind.
TEST(CausalMessages, OneWrongFieldSpoilsTheWhole) {
  const std::vector<Value> strangers = {
      Value(),     Value(-1),        Value(0.5),     Value("x"),
      Value(true), Value::list({1}), Value::map({}), Value(std::int64_t{1} << 60)};
  for (const PeerMessage& message : one_of_each()) {
    const Value body = to_body(message);
    for (const auto& [name, original] : body.as_map()) {
      for (std::size_t i = 0; i <= strangers.size(); ++i) {
        Value::Map fields;
        for (const auto& field : body.as_map()) {
          if (field.first != name) fields.push_back(field);
        }
        const bool left_out = i == strangers.size();
        if (!left_out && name == "more" && strangers[i] == Value(true)) continue;
        if (!left_out) fields.emplace_back(name, strangers[i]);
        EXPECT_FALSE(peer_message(Value(fields), 3).has_value()) << Value(fields).to_string();
      }
    }
  }
}

TEST(CausalMessages, AWriteThatNoNodeMakesIsRefused) {
  const auto read = [](Value value) { return write_from_value(value, 3) != nullptr; };
  const Value after = clock_of(2, 3, 0).to_value();
  EXPECT_TRUE(read(Value::list({1, 4, 9, after, "x", 5})));
  EXPECT_FALSE(read(Value::list({1, 5, 9, after, "x", 5}))) << "not after its own earlier ones";
  EXPECT_FALSE(read(Value::list({3, 4, 9, after, "x", 5}))) << "of a node that is not there";
  EXPECT_FALSE(read(Value::list({0, 0, 9, after, "x", 5}))) << "numbers begin with 1";
  EXPECT_FALSE(read(Value::list({1, 4, 0, after, "x", 5}))) << "stamps begin with 1";
  EXPECT_FALSE(read(Value::list({1, 4, 9, after, "x"}))) << "without a value";
}

}  // namespace
}  // namespace faultrig::causal_kv
