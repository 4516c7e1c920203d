#include "targets/bank_2pc/messages.hpp"

#include <gtest/gtest.h>

#include <set>

#include "checkers/history/json.hpp"
#include "targets/bank_2pc/peer_body.hpp"

namespace faultrig::bank_2pc {
namespace {

std::vector<PeerMessage> one_of_each() {
  const TxId tx{2, first_number_of_life(1)};
  const Age age{17, {1, 5}};
  return {Prepare{tx, age, 3, {0, 2}, "c1#4", {{0, -5}, {3, 5}}},
          Vote{tx, Answer::in_progress},
          Decide{tx, true},
          Acknowledge{tx},
          Ask{tx},
          ReadLock{tx, age},
          ReadValues{tx, Answer::yes, 8, {{0, 12}, {3, -7}}},
          ReadConfirm{tx, 8},
          ReadConfirmed{tx, false},
          ReadRelease{tx}};
}

TEST(BankMessages, GoThroughTextAndBack) {
  for (const PeerMessage& message : one_of_each()) {
    const Value body = to_body(message);
    const std::optional<PeerMessage> back = peer_message(parse_json(to_json(body)));
    ASSERT_TRUE(back.has_value()) << body.to_string();
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(to_body(*back), body);
    EXPECT_EQ(PeerBody(*back).digest(), PeerBody(message).digest());
  }
}

// Each field in turn left out, and replaced by values of every kind.
TEST(BankMessages, OneWrongFieldSpoilsTheWhole) {
  const std::vector<Value> strangers = {Value(),
                                        Value(-1),
                                        Value(0.5),
                                        Value("x"),
                                        Value::list({1}),
                                        Value::list({1, -1}),
                                        Value::list({"a", 1}),
                                        Value::list({Value::list({5, 1}), Value::list({4, 1})}),
                                        Value::map({}),
                                        Value(std::int64_t{1} << 62)};
  for (const PeerMessage& message : one_of_each()) {
    const Value body = to_body(message);
    for (const auto& [name, original] : body.as_map()) {
      for (std::size_t i = 0; i <= strangers.size(); ++i) {
        if (name == "request" && i < strangers.size() && strangers[i].is_string()) continue;
        if (name == "participants" && i == 4) continue;  // [1] is a list of nodes
        Value::Map fields;
        for (const auto& field : body.as_map()) {
          if (field.first != name) fields.push_back(field);
        }
        if (i < strangers.size()) fields.emplace_back(name, strangers[i]);
        EXPECT_FALSE(peer_message(Value(fields)).has_value()) << Value(fields).to_string();
      }
    }
  }
}

TEST(BankMessages, EveryFieldCountsInTheDigest) {
  const TxId tx{2, 9};
  const Prepare prepare{tx, {17, {1, 5}}, 3, {0, 2}, "c1#4", {{0, -5}}};
  std::set<std::uint64_t> digests;
  const auto add = [&](const PeerMessage& message) { digests.insert(PeerBody(message).digest()); };
  std::vector<Prepare> variants(7, prepare);
  variants[1].tx.number = 10;
  variants[2].age.clock = 18;
  variants[3].mark = 4;
  variants[4].participants = {0, 1, 2};
  variants[5].request = "c1#5";
  variants[6].writes[0].delta = 5;
  for (const Prepare& variant : variants) add(variant);
  for (const Answer answer : {Answer::yes, Answer::conflict}) add(Vote{tx, answer});
  add(Decide{tx, false});
  add(Decide{tx, true});
  add(Acknowledge{tx});
  add(Ask{tx});
  add(ReadRelease{tx});
  EXPECT_EQ(digests.size(), 14u);
}

}  // namespace
}  // namespace faultrig::bank_2pc
