#include "targets/dynamo/storage.hpp"

#include <algorithm>
#include <utility>

#include "harness/node/value_bytes.hpp"

namespace faultrig::dynamo {
namespace {

enum class Tag : std::uint64_t { identity, entry, hint, members };

void append_tag(std::string& out, Tag tag) { append_number(out, static_cast<std::uint64_t>(tag)); }

void append_integer(std::string& out, std::int64_t number) {
  append_number(out, static_cast<std::uint64_t>(number));
}

class Reader {
 public:
  Reader(std::string_view payload, std::size_t nodes, Recovered& result)
      : in_(payload), nodes_(nodes), result_(result) {}

  // The reason why the record was not taken; empty when it was.
  std::string take() {
    const std::uint64_t tag = in_.number();
    if (!in_.good()) return "an empty record";
    if (tag == static_cast<std::uint64_t>(Tag::identity)) return take_identity();
    if (tag == static_cast<std::uint64_t>(Tag::entry)) return take_entry();
    if (tag == static_cast<std::uint64_t>(Tag::hint)) return take_hint();
    if (tag == static_cast<std::uint64_t>(Tag::members)) return take_members();
    return "a record of an unknown kind";
  }

 private:
  std::string take_identity() {
    const std::uint64_t count = in_.number();
    const std::uint64_t life = in_.number();
    const std::uint64_t clock = in_.number();
    if (!in_.is_done()) return "a record without its fields";
    if (life > most_lives || clock > most) return "a number that no node writes";
    if (count != nodes_) {
      result_.other_cluster = count;
      return "a record of another cluster";
    }
    result_.identity.life = std::max(result_.identity.life, static_cast<std::int64_t>(life));
    raise_clock(static_cast<Stamp>(clock));
    return "";
  }

  std::string take_entry() {
    Value key = in_.value();
    return keep(result_.entries, std::move(key));
  }

  std::string take_hint() {
    const std::uint64_t owner = in_.number();
    Value key = in_.value();
    if (in_.good() && owner >= nodes_) return "a hint for nobody";
    return keep(result_.hints, HintKey(owner, std::move(key)));
  }

  template <typename Map>
  std::string keep(Map& map, typename Map::key_type key) {
    const Value value = in_.value();
    std::optional<Versions> versions = Versions::from_value(value);
    if (!in_.is_done() || !versions) return "a record without its fields";
    raise_clock(versions->latest_stamp());
    if (versions->empty()) {
      map.erase(key);
    } else {
      map[std::move(key)] = *std::move(versions);
    }
    return "";
  }

  std::string take_members() {
    std::optional<Members> members = Members::from_value(in_.value(), nodes_);
    if (!in_.is_done() || !members) return "a record without its fields";
    result_.members = *std::move(members);
    return "";
  }

  void raise_clock(Stamp stamp) {
    result_.identity.clock = std::max(result_.identity.clock, stamp);
  }

  static constexpr std::uint64_t most = largest_number;
  static constexpr std::uint64_t most_lives = std::uint64_t{1} << 30;  // ids are made of them
  ByteReader in_;
  std::size_t nodes_;
  Recovered& result_;
};

}  // namespace

void append_identity(std::string& out, const Identity& identity) {
  append_record(out, [&] {
    append_tag(out, Tag::identity);
    append_number(out, identity.nodes);
    append_integer(out, identity.life);
    append_integer(out, identity.clock);
  });
}

void append_entry(std::string& out, const Value& key, const Versions& versions) {
  append_record(out, [&] {
    append_tag(out, Tag::entry);
    append_value(out, key);
    append_value(out, versions.to_value());
  });
}

void append_hint(std::string& out, const HintKey& hint, const Versions& versions) {
  append_record(out, [&] {
    append_tag(out, Tag::hint);
    append_number(out, hint.first);
    append_value(out, hint.second);
    append_value(out, versions.to_value());
  });
}

void append_members(std::string& out, const Members& members) {
  append_record(out, [&] {
    append_tag(out, Tag::members);
    append_value(out, members.to_value());
  });
}

Recovered recover(std::string_view bytes, std::size_t nodes) {
  Recovered result;
  result.identity.nodes = nodes;
  result.members = Members(nodes);
  result.torn = read_records(bytes, [&](std::string_view payload) {
    std::string problem = Reader(payload, nodes, result).take();
    if (problem.empty()) ++result.records;
    return problem;
  });
  return result;
}

}  // namespace faultrig::dynamo
