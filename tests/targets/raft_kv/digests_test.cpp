// Digests: equal contents, equal digests, and one changed field shows.
#include <gtest/gtest.h>

#include "harness/random.hpp"
#include "targets/raft_kv/peer_body.hpp"
#include "targets/raft_kv/state_machine.hpp"

namespace faultrig::raft_kv {
namespace {

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
    EXPECT_EQ(anew->data_digest(), machine.data_digest()) << i;
    EXPECT_EQ(anew->sessions_digest(), machine.sessions_digest()) << i;
  }
  const std::optional<StateMachine> bare =
      StateMachine::from_value(machine.to_value(false), limits);
  EXPECT_EQ(bare->data_digest(), machine.data_digest());
  EXPECT_NE(bare->sessions_digest(), machine.sessions_digest());
}

}  // namespace
}  // namespace faultrig::raft_kv
