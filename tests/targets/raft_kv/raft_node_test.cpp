#include "targets/raft_kv/raft_node.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace faultrig::raft_kv {
namespace {

// Every effect as text, so that two runs can be compared whole.
std::vector<std::string> text_of(const Effects& effects) {
  std::vector<std::string> lines;
  for (const Effect& effect : effects.all()) {
    if (const auto* send = std::get_if<SendEffect>(&effect)) {
      lines.push_back(to_line(send->message));
    } else if (const auto* set = std::get_if<SetTimerEffect>(&effect)) {
      lines.push_back("timer " + std::to_string(set->timer) + " in " +
                      std::to_string(set->after.count()));
    } else if (const auto* cancel = std::get_if<CancelTimerEffect>(&effect)) {
      lines.push_back("no timer " + std::to_string(cancel->timer));
    } else if (const auto* write = std::get_if<DiskWrite>(&effect)) {
      lines.push_back("write " + std::to_string(write->id) + " " + write->file + " " +
                      write->bytes);
    } else if (const auto* trace = std::get_if<TraceEffect>(&effect)) {
      lines.push_back(trace->event + " " + trace->fields.to_string());
    }
  }
  return lines;
}

std::vector<std::string> step(Node& node, int milliseconds, const Input& input) {
  Effects effects;
  node.step(NodeTime(std::chrono::milliseconds(milliseconds)), input, effects);
  return text_of(effects);
}

Input from_peer(const NodeName& peer, const PeerMessage& message) {
  return MessageReceived{{peer, "n1", to_body(message)}};
}

Input write_request(int id) {
  return MessageReceived{
      {"c1", "n1", Value::map({{"type", "write"}, {"msg_id", id}, {"key", "x"}, {"value", id}})}};
}

// n1 of three, leader of term 1, its first entry on its disk.
RaftNode leader(RaftConfig config = {}) {
  RaftNode node(config);
  step(node, 0, Start{"n1", {"n1", "n2", "n3"}, {}, Random(1)});
  step(node, 200, TimerFired{election_timer});
  step(node, 201, from_peer("n2", PreVoteReply{0, 1, true}));
  step(node, 202, Persisted{1});
  step(node, 203, from_peer("n2", VoteReply{1, true}));
  step(node, 204, Persisted{2});
  EXPECT_EQ(node.describe(), "leader term=1 commit=0 last=1 leader=n1");
  return node;
}

TEST(RaftNode, TheSameInputsGiveTheSameEffects) {
  const std::vector<Input> inputs = {write_request(1), write_request(2), Persisted{3},
                                     from_peer("n2", AppendReply{1, true, 0, 1, 0, 0}),
                                     TimerFired{heartbeat_timer}};
  RaftNode one = leader();
  RaftNode other = leader();
  std::size_t count = 0;
  for (const Input& input : inputs) {
    const std::vector<std::string> effects = step(one, 250, input);
    EXPECT_EQ(step(other, 250, input), effects);
    count += effects.size();
  }
  EXPECT_GT(count, 5u);
}

TEST(RaftNode, ACloneGoesOnIndependently) {
  RaftNode original = leader();
  const std::unique_ptr<Node> clone = original.clone();
  const std::vector<std::string> effects = step(*clone, 210, write_request(1));
  EXPECT_EQ(original.describe(), "leader term=1 commit=0 last=1 leader=n1");
  EXPECT_EQ(clone->describe(), "leader term=1 commit=0 last=2 leader=n1");
  EXPECT_EQ(step(original, 210, write_request(1)), effects);
}

// One write of several entries: what arrives while the disk is busy shares the next one. A follower
// that has everything makes the leader's own disk what the commit waits for.
TEST(RaftNode, ALeaderWritesInBatches) {
  RaftNode node = leader();
  const auto writes = [](const std::vector<std::string>& lines) {
    return std::count_if(lines.begin(), lines.end(),
                         [](const std::string& line) { return line.starts_with("write "); });
  };
  EXPECT_EQ(writes(step(node, 210, write_request(1))), 1);
  EXPECT_EQ(writes(step(node, 211, write_request(2))), 0);
  EXPECT_EQ(writes(step(node, 212, write_request(3))), 0);
  EXPECT_EQ(writes(step(node, 213, Persisted{3})), 1);
  step(node, 214, from_peer("n2", AppendReply{1, true, 0, 4, 0, 0}));
  EXPECT_EQ(node.commit_index(), 2);
  step(node, 215, Persisted{4});
  EXPECT_EQ(node.commit_index(), 4);
}

// The id under which n1, a follower of n2, hands on a write.
std::int64_t forward_id(RaftNode& node, int milliseconds) {
  step(node, milliseconds, from_peer("n2", AppendEntries{1, 0, 0, 0, 0, {}}));
  Effects effects;
  node.step(NodeTime(std::chrono::milliseconds(milliseconds)), write_request(1), effects);
  for (const Effect& effect : effects.all()) {
    const auto* send = std::get_if<SendEffect>(&effect);
    const auto message = send == nullptr ? std::nullopt : peer_message(send->message.wire_body());
    if (message && std::holds_alternative<Forward>(*message)) return std::get<Forward>(*message).id;
  }
  ADD_FAILURE() << "nothing was handed on";
  return -1;
}

// A process is started again with the same seed: only the time tells its lives apart.
TEST(RaftNode, AnAnswerToAnEarlierLifeFindsNobody) {
  const Start start{"n1", {"n1", "n2", "n3"}, {}, Random(1)};
  const Value reply = Value::map({{"type", "write_ok"}, {"in_reply_to", 1}});
  RaftNode first;
  step(first, 0, start);
  const std::int64_t id = forward_id(first, 1);
  RaftNode second;
  step(second, 5000, start);
  EXPECT_NE(forward_id(second, 5001), id);
  EXPECT_TRUE(step(second, 5002, from_peer("n2", ForwardReply{id, reply})).empty());
  EXPECT_EQ(step(first, 5002, from_peer("n2", ForwardReply{id, reply})).size(), 1u);
}

// A follower's message may have come twice, and the first copy be in the log: then "it never took
// effect" would be a lie.
TEST(RaftNode, AFullLeaderIsDefiniteToItsOwnClientsOnly) {
  RaftConfig config;
  config.uncommitted_entries = 2;
  RaftNode node = leader(config);
  const Value write = Value::map({{"type", "write"}, {"msg_id", 8}, {"key", "y"}, {"value", 8}});
  const Input handed_on = from_peer("n2", Forward{70, "c2", write});
  const auto error_code = [&](const Input& input) -> std::int64_t {
    Effects effects;
    node.step(NodeTime(std::chrono::milliseconds(210)), input, effects);
    if (effects.all().size() != 1) return -1;
    const Value body = std::get<SendEffect>(effects.all()[0]).message.wire_body();
    const Value* reply = body.find("reply");
    return (reply == nullptr ? body : *reply).integer_or("code", -1);
  };
  EXPECT_EQ(error_code(handed_on), -1) << "the first copy is taken";
  EXPECT_EQ(error_code(handed_on), 0);
  EXPECT_EQ(error_code(write_request(1)), 11);
}

TEST(RaftNode, AnOlderSnapshotDoesNotTurnTheStateBack) {
  RaftNode node;
  step(node, 0, Start{"n1", {"n1", "n2", "n3"}, {}, Random(1)});
  const auto state_with = [](int value) {
    StateMachine machine({10, 10});
    machine.apply(
        Command{"c", value, Value::map({{"type", "write"}, {"key", "x"}, {"value", value}})}
            .to_value());
    return machine.to_value();
  };
  step(node, 1, from_peer("n2", InstallSnapshot{3, 9, 2, 0, state_with(9)}));
  EXPECT_EQ(node.commit_index(), 9);
  step(node, 2, from_peer("n2", InstallSnapshot{3, 5, 2, 0, state_with(5)}));
  EXPECT_EQ(node.commit_index(), 9);
  EXPECT_EQ(node.machine().registers().read("x").integer_or("value", -1), 9);
  step(node, 3, from_peer("n2", InstallSnapshot{3, 12, 2, 0, Value::map({{"no", "state"}})}));
  EXPECT_EQ(node.commit_index(), 9) << "a snapshot that cannot be read is ignored";
}

}  // namespace
}  // namespace faultrig::raft_kv
