#include "targets/bank_2pc/bank_node.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "targets/bank_2pc/storage.hpp"

namespace faultrig::bank_2pc {
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

Input request(Value::Map body, int id = 1) {
  body.emplace_back("msg_id", id);
  return MessageReceived{{"c1", "n1", Value(std::move(body))}};
}

Input transfer(int from, int to, int amount, int id = 1) {
  return request({{"type", "transfer"}, {"from", from}, {"to", to}, {"amount", amount}}, id);
}

// n1 of two, its start on the disk. Even accounts lie on it.
BankNode started(BankConfig config = {}) {
  BankNode node(config);
  step(node, 0, Start{"n1", {"n1", "n2"}, {}, Random(1)});
  step(node, 1, Persisted{1});
  return node;
}

bool says(const std::vector<std::string>& lines, const std::string& part) {
  return std::any_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line.find(part) != std::string::npos; });
}

TEST(BankNode, TheSameInputsGiveTheSameEffects) {
  const TxId tx{1, first_number_of_life(1)};
  const std::vector<Input> inputs = {
      transfer(0, 1, 5),
      Persisted{2},
      MessageReceived{{"n2", "n1", to_body(Prepare{tx, {1, tx}, 0, {0, 1}, "c2#1", {{0, 3}}})}},
      request({{"type", "read"}}, 2),
      TimerFired{tick_timer},
      MessageReceived{{"n2", "n1", to_body(ReadLock{{1, tx.number + 1}, {2, tx}})}}};
  BankNode one = started();
  BankNode other = started();
  std::size_t count = 0;
  for (const Input& input : inputs) {
    const std::vector<std::string> effects = step(one, 250, input);
    EXPECT_EQ(step(other, 250, input), effects);
    count += effects.size();
  }
  EXPECT_GT(count, 6u);
}

TEST(BankNode, ACloneGoesOnIndependently) {
  BankNode original = started();
  const std::unique_ptr<Node> clone = original.clone();
  const std::string before = original.describe();
  const std::vector<std::string> effects = step(*clone, 210, transfer(0, 1, 5));
  EXPECT_EQ(original.describe(), before);
  EXPECT_NE(clone->describe(), before);
  EXPECT_EQ(step(original, 210, transfer(0, 1, 5)), effects);
}

TEST(BankNode, BeginsNothingBeforeItsStartIsOnTheDisk) {
  BankNode node;
  step(node, 0, Start{"n1", {"n1", "n2"}, {}, Random(1)});
  EXPECT_TRUE(says(step(node, 1, transfer(0, 1, 5)), "\"code\":11"));
  step(node, 2, Persisted{1});
  EXPECT_TRUE(says(step(node, 3, transfer(0, 1, 5)), "\"prepare\""));
}

// What comes while the disk is busy shares the next write.
TEST(BankNode, WritesInBatches) {
  BankNode node = started();
  const auto writes = [](const std::vector<std::string>& lines) {
    return std::count_if(lines.begin(), lines.end(),
                         [](const std::string& line) { return line.starts_with("write "); });
  };
  EXPECT_EQ(writes(step(node, 10, transfer(0, 2, 1, 1))), 1);
  EXPECT_EQ(writes(step(node, 11, transfer(4, 6, 1, 2))), 0);
  EXPECT_EQ(writes(step(node, 12, transfer(1, 3, 1, 3))), 0) << "all of it lies on n2";
  const std::vector<std::string> after = step(node, 13, Persisted{2});
  EXPECT_EQ(writes(after), 1);
  EXPECT_TRUE(says(after, "txn.vote"));
  EXPECT_TRUE(says(step(node, 14, Persisted{3}), "transfer_ok"));
}

TEST(BankNode, LivesOnWithAFileThatIsRewrittenAllTheTime) {
  BankConfig config;
  config.snapshot_records = 10;
  BankNode node = started(config);
  DiskImage disk;
  PersistId write = 1;
  for (int i = 0; i < 60; ++i) {
    Effects effects;
    node.step(NodeTime(std::chrono::milliseconds(10 + i)), transfer(0, 2, 1 + i % 2, i), effects);
    for (int turns = 0; turns < 5; ++turns) {
      Effects more;
      for (const Effect& effect : effects.all()) {
        const auto* written = std::get_if<DiskWrite>(&effect);
        if (written == nullptr) continue;
        if (written->kind == DiskWrite::Kind::replace) disk[written->file].clear();
        disk[written->file] += written->bytes;
        write = written->id;
      }
      node.step(NodeTime(std::chrono::milliseconds(10 + i)), Persisted{write}, more);
      effects = more;
    }
  }
  Ledger ledger;
  for (const Account account : {0, 2, 4, 6}) {
    ledger.open(account, initial_balance(account, 8, 100));
  }
  EXPECT_TRUE(replay(disk.at(log_file_name), ledger).torn.empty());
  EXPECT_EQ(ledger.balances(), node.ledger().balances());
  EXPECT_LT(ledger.balances().at(0), 3) << "the transfers took effect";
}

TEST(BankNode, RefusesWhatMakesNoSense) {
  BankNode node = started();
  EXPECT_TRUE(says(step(node, 10, request({{"type", "write"}})), "\"code\":10"));
  EXPECT_TRUE(says(step(node, 10, request({{"type", "transfer"}, {"from", 0}, {"to", 1}})),
                   "`amount` is missing"));
  EXPECT_TRUE(says(step(node, 10, transfer(0, 1, -1)), "outside 1 to 1152921504606846976"));
  EXPECT_TRUE(says(step(node, 10, transfer(0, 8, 1)), "there is no account 8"));
  EXPECT_TRUE(says(step(node, 10, MessageReceived{{"c1", "n1", Value::map({{"type", "read"}})}}),
                   "needs an integer `msg_id`"));
  EXPECT_TRUE(
      step(node, 10, MessageReceived{{"n2", "n1", Value::map({{"type", "vote"}})}}).empty());
}

TEST(BankNode, ForeignVotesAndDecisionsChangeNothing) {
  BankNode node = started();
  step(node, 10, transfer(0, 1, 5));
  const std::string before = node.describe();
  const TxId mine{0, first_number_of_life(1)};
  const std::vector<PeerMessage> strange = {
      Vote{{0, 77}, Answer::yes}, Acknowledge{mine}, Decide{{1, 5}, true},
      Ask{{0, mine.number + 1000}}, ReadConfirm{{1, 5}, 9}, ReadConfirmed{mine, true},
      ReadValues{mine, Answer::yes, 3, {{1, 50}}},
      // Of another coordinator's transaction, and of an account that lies elsewhere.
      Prepare{mine, {1, mine}, 0, {0, 1}, "c9#1", {{0, 3}}},
      Prepare{{1, 9}, {1, {1, 9}}, 0, {0, 1}, "c9#2", {{1, 3}}}};
  for (const PeerMessage& message : strange) {
    step(node, 20, MessageReceived{{"n2", "n1", to_body(message)}});
    EXPECT_EQ(node.describe(), before) << to_body(message).to_string();
  }
}

}  // namespace
}  // namespace faultrig::bank_2pc
