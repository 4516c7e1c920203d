#include "targets/dynamo/messages.hpp"

#include <utility>

#include "targets/dynamo/merkle_tree.hpp"

namespace faultrig::dynamo {
namespace {

struct Writer {
  Value operator()(const Fetch& m) const {
    return Value::map({{"id", m.id}, {"key", m.key}, {"type", "fetch"}});
  }
  Value operator()(const Fetched& m) const {
    return Value::map({{"clock", m.clock},
                       {"id", m.id},
                       {"type", "fetched"},
                       {"versions", m.versions.to_value()}});
  }
  Value operator()(const Store& m) const {
    return Value::map({{"id", m.id},
                       {"key", m.key},
                       {"owner", m.owner ? Value(*m.owner) : Value()},
                       {"type", "store"},
                       {"versions", m.versions.to_value()}});
  }
  Value operator()(const Stored& m) const { return Value::map({{"id", m.id}, {"type", "stored"}}); }
  Value operator()(const TreeHashes& m) const {
    Value::List hashes;
    for (const auto& [place, hash] : m.hashes) {
      hashes.push_back(Value::list({Value(place), Value(static_cast<std::int64_t>(hash))}));
    }
    return Value::map(
        {{"hashes", Value(std::move(hashes))}, {"level", m.level}, {"type", "tree_hashes"}});
  }
  Value operator()(const LeafEntries& m) const {
    Value::List entries;
    for (const auto& [key, versions] : m.entries) {
      entries.push_back(Value::list({key, versions.to_value()}));
    }
    return Value::map({{"entries", Value(std::move(entries))},
                       {"leaves", Value(Value::List(m.leaves.begin(), m.leaves.end()))},
                       {"type", "leaf_entries"}});
  }
  Value operator()(const Entomb& m) const {
    return Value::map(
        {{"id", m.id}, {"key", m.key}, {"tombstone", m.tombstone.to_value()}, {"type", "entomb"}});
  }
  Value operator()(const Entombed& m) const {
    return Value::map({{"id", m.id}, {"type", "entombed"}});
  }
  Value operator()(const Collected& m) const {
    return Value::map(
        {{"key", m.key}, {"tombstone", m.tombstone.to_value()}, {"type", "collected"}});
  }
  Value operator()(const MembersAre& m) const {
    return Value::map({{"members", m.members.to_value()}, {"type", "members_are"}});
  }
};

// The fields of one body. What is missing or wrong makes all of it wrong.
class Fields {
 public:
  Fields(const Value& body, std::size_t nodes) : body_(body), nodes_(nodes) {}
  bool good() const { return good_; }

  std::int64_t number(std::string_view name, std::int64_t low, std::int64_t high) {
    const std::int64_t number = body_.integer_or(name, low - 1);
    good_ = good_ && number >= low && number <= high;
    return number;
  }
  std::int64_t id() { return number("id", 1, INT64_MAX); }
  Value any(std::string_view name) {
    const Value* value = body_.find(name);
    good_ = good_ && value != nullptr;
    return value == nullptr ? Value() : *value;
  }
  Versions versions(std::string_view name) { return versions_of(any(name)); }
  std::optional<NodeIndex> owner() {
    if (any("owner").is_nil()) return std::nullopt;
    return static_cast<NodeIndex>(number("owner", 0, static_cast<std::int64_t>(nodes_) - 1));
  }
  std::vector<std::pair<std::size_t, std::uint64_t>> hashes(std::size_t level) {
    std::vector<std::pair<std::size_t, std::uint64_t>> hashes;
    for (const Value& item : list("hashes")) {
      const bool is_pair = item.is_list() && item.as_list().size() == 2 &&
                           item.as_list()[0].is_integer() && item.as_list()[1].is_integer();
      if (!is_pair) return fail(hashes);
      const std::int64_t place = item.as_list()[0].as_integer();
      if (!good_ || place < 0 || place >= std::int64_t(MerkleTree::width(level))) {
        return fail(hashes);
      }
      hashes.emplace_back(place, static_cast<std::uint64_t>(item.as_list()[1].as_integer()));
    }
    return hashes;
  }
  std::vector<std::size_t> leaves() {
    std::vector<std::size_t> leaves;
    for (const Value& item : list("leaves")) {
      if (!item.is_integer() || item.as_integer() < 0 ||
          item.as_integer() >= std::int64_t(MerkleTree::leaves)) {
        return fail(leaves);
      }
      leaves.push_back(static_cast<std::size_t>(item.as_integer()));
    }
    return leaves;
  }
  std::vector<std::pair<Value, Versions>> entries() {
    std::vector<std::pair<Value, Versions>> entries;
    for (const Value& item : list("entries")) {
      if (!item.is_list() || item.as_list().size() != 2) return fail(entries);
      entries.emplace_back(item.as_list()[0], versions_of(item.as_list()[1]));
    }
    return entries;
  }
  Members members() {
    std::optional<Members> members = Members::from_value(any("members"), nodes_);
    good_ = good_ && members;
    return members.value_or(Members(nodes_));
  }

 private:
  template <typename T>
  T fail(T value) {
    good_ = false;
    return value;
  }
  Versions versions_of(const Value& value) {
    std::optional<Versions> versions = Versions::from_value(value);
    good_ = good_ && versions;
    return versions.value_or(Versions());
  }
  Value::List list(std::string_view name) {
    const Value value = any(name);
    good_ = good_ && value.is_list();
    return good_ ? value.as_list() : Value::List();
  }

  const Value& body_;
  std::size_t nodes_;
  bool good_ = true;
};

std::optional<PeerMessage> read(const std::string& type, Fields& in) {
  // The braces read the fields one after the other.
  if (type == "fetch") return PeerMessage(Fetch{in.id(), in.any("key")});
  if (type == "fetched") {
    return PeerMessage(
        Fetched{in.id(), in.versions("versions"), in.number("clock", 0, largest_number)});
  }
  if (type == "store") {
    return PeerMessage(Store{in.id(), in.any("key"), in.versions("versions"), in.owner()});
  }
  if (type == "stored") return PeerMessage(Stored{in.id()});
  if (type == "tree_hashes") {
    const auto level =
        static_cast<std::size_t>(in.number("level", 0, std::int64_t(MerkleTree::leaf_level)));
    if (!in.good()) return std::nullopt;
    return PeerMessage(TreeHashes{level, in.hashes(level)});
  }
  if (type == "leaf_entries") return PeerMessage(LeafEntries{in.leaves(), in.entries()});
  if (type == "entomb") {
    return PeerMessage(Entomb{in.id(), in.any("key"), in.versions("tombstone")});
  }
  if (type == "entombed") return PeerMessage(Entombed{in.id()});
  if (type == "collected") return PeerMessage(Collected{in.any("key"), in.versions("tombstone")});
  if (type == "members_are") return PeerMessage(MembersAre{in.members()});
  return std::nullopt;
}

}  // namespace

Value to_body(const PeerMessage& message) { return std::visit(Writer{}, message); }

std::optional<PeerMessage> peer_message(const Value& body, std::size_t nodes) {
  Fields fields(body, nodes);
  std::optional<PeerMessage> message = read(body.string_or("type", ""), fields);
  if (!fields.good()) return std::nullopt;
  return message;
}

}  // namespace faultrig::dynamo
