#include "targets/dynamo/messages.hpp"

#include <gtest/gtest.h>

#include "checkers/history/json.hpp"
#include "targets/dynamo/peer_body.hpp"

namespace faultrig::dynamo {
namespace {

Versions some_versions(Value value = 5) {
  Context past;
  past.add(Dot{1024, 3});
  Versions versions(std::make_shared<const Version>(Dot{1025, 1}, past, 9, std::move(value)));
  versions.add(std::make_shared<const Version>(Dot{1026, 2}, Context(), 4, std::nullopt),
               Conflict::siblings);
  return versions;
}

std::vector<PeerMessage> one_of_each() {
  Members members(3);
  members.set(1, false);
  return {Fetch{7, "x"},
          Fetched{7, some_versions(), 12},
          Store{8, "x", some_versions(), std::nullopt},
          Store{8, "x", some_versions(), 2},
          Stored{8},
          TreeHashes{1, {{0, 5}, {7, ~std::uint64_t{0}}}},
          LeafEntries{{3, 9}, {{"x", some_versions()}}},
          Entomb{9, "x", some_versions()},
          Entombed{9},
          Collected{"x", some_versions()},
          MembersAre{members}};
}

TEST(DynamoMessages, GoThroughTextAndBack) {
  for (const PeerMessage& message : one_of_each()) {
    const Value body = to_body(message);
    const std::optional<PeerMessage> back = peer_message(parse_json(to_json(body)), 3);
    ASSERT_TRUE(back.has_value()) << body.to_string();
    EXPECT_EQ(back->index(), message.index());
    EXPECT_EQ(to_body(*back), body);
    EXPECT_EQ(PeerBody(*back).digest(), PeerBody(message).digest());
  }
}

TEST(DynamoMessages, OneChangedFieldShowsInTheDigest) {
  const auto digest = [](PeerMessage message) { return PeerBody(std::move(message)).digest(); };
  EXPECT_NE(digest(Fetch{7, "x"}), digest(Fetch{7, "y"}));
  EXPECT_NE(digest(Stored{8}), digest(Entombed{8}));
  EXPECT_NE(digest(Store{8, "x", some_versions(), 2}),
            digest(Store{8, "x", some_versions(), std::nullopt}));
  EXPECT_NE(digest(Collected{"x", some_versions()}), digest(Collected{"x", some_versions(6)}));
}

// Each field in turn left out, and replaced by values that it cannot have.
TEST(DynamoMessages, OneWrongFieldSpoilsTheWhole) {
  const std::vector<Value> strangers = {Value(-1), Value(0.5), Value(true), Value::list({"a"}),
                                        Value::map({})};
  for (const PeerMessage& message : one_of_each()) {
    const Value body = to_body(message);
    for (const auto& [name, original] : body.as_map()) {
      for (std::size_t i = 0; i <= strangers.size(); ++i) {
        const bool left_out = i == strangers.size();
        if (!left_out && name == "key") continue;  // anything can be a key
        Value::Map fields;
        for (const auto& field : body.as_map()) {
          if (field.first != name) fields.push_back(field);
        }
        if (!left_out) fields.emplace_back(name, strangers[i]);
        EXPECT_FALSE(peer_message(Value(fields), 3).has_value()) << Value(fields).to_string();
      }
    }
  }
}

TEST(DynamoMessages, PlacesThatAreNotInTheTreeAreRefused) {
  const auto read = [](const char* text) { return peer_message(parse_json(text), 3).has_value(); };
  EXPECT_TRUE(read(R"({"type":"tree_hashes","level":1,"hashes":[[7,1]]})"));
  EXPECT_FALSE(read(R"({"type":"tree_hashes","level":1,"hashes":[[8,1]]})"));
  EXPECT_FALSE(read(R"({"type":"tree_hashes","level":3,"hashes":[]})"));
  EXPECT_FALSE(read(R"({"type":"leaf_entries","leaves":[64],"entries":[]})"));
  EXPECT_FALSE(read(R"({"type":"store","id":1,"key":1,"versions":[],"owner":3})"));
}

}  // namespace
}  // namespace faultrig::dynamo
