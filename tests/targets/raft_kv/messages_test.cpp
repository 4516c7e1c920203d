#include "targets/raft_kv/messages.hpp"

#include <gtest/gtest.h>

#include "checkers/history/json.hpp"

namespace faultrig::raft_kv {
namespace {

std::vector<PeerMessage> one_of_each() {
  return {PreVote{3, 7, 2},
          PreVoteReply{2, 3, true},
          RequestVote{3, 7, 2},
          VoteReply{3, false},
          AppendEntries{3, 7, 2, 6, 11, {{2, Value()}, {3, Value::map({{"a", 1}})}}},
          AppendReply{3, false, 7, 4, 2, 11},
          InstallSnapshot{3, 7, 2, 11, Value::map({{"entries", 1}})},
          Forward{5, "c1", Value::map({{"type", "read"}})},
          ForwardReply{5, Value::map({{"type", "read_ok"}})}};
}

TEST(Messages, GoThroughTextAndBack) {
  for (const PeerMessage& message : one_of_each()) {
    const Value body = to_body(message);
    const std::optional<PeerMessage> back = peer_message(parse_json(to_json(body)));
    ASSERT_TRUE(back.has_value()) << body.to_string();
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(to_body(*back), body);
  }
}

// Each field in turn left out, and replaced by values of every other kind.
TEST(Messages, OneWrongFieldSpoilsTheWhole) {
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
        if (!left_out && strangers[i].kind() == original.kind() && strangers[i] != Value(-1) &&
            strangers[i] != Value(std::int64_t{1} << 60)) {
          if (name != "type" && name != "entries") continue;
        }
        if (!left_out) fields.emplace_back(name, strangers[i]);
        EXPECT_FALSE(peer_message(Value(fields)).has_value()) << Value(fields).to_string();
      }
    }
  }
}

TEST(Messages, EntriesWithTermsThatCannotBeAreRefused) {
  const auto append = [](Term prev_term, std::vector<Entry> entries) {
    return peer_message(to_body(AppendEntries{5, 3, prev_term, 0, 0, std::move(entries)}));
  };
  EXPECT_TRUE(append(2, {{2, Value()}, {5, Value()}}).has_value());
  EXPECT_FALSE(append(2, {{1, Value()}}).has_value()) << "below the entry before";
  EXPECT_FALSE(append(2, {{4, Value()}, {3, Value()}}).has_value()) << "falling";
  EXPECT_FALSE(append(2, {{6, Value()}}).has_value()) << "beyond the leader's term";
  EXPECT_FALSE(append(6, {}).has_value());
  EXPECT_FALSE(append(2, {{3, Value("no command")}}).has_value());
}

}  // namespace
}  // namespace faultrig::raft_kv
