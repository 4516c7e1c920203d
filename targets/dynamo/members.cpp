#include "targets/dynamo/members.hpp"

#include <algorithm>

#include "harness/node/hashing.hpp"

namespace faultrig::dynamo {

std::size_t Members::count() const {
  return static_cast<std::size_t>(std::count_if(
      changes_.begin(), changes_.end(), [](std::int64_t changes) { return changes % 2 == 0; }));
}

std::vector<bool> Members::flags() const {
  std::vector<bool> flags;
  for (NodeIndex node = 0; node < size(); ++node) flags.push_back(has(node));
  return flags;
}

bool Members::set(NodeIndex node, bool is_member) {
  if (has(node) == is_member || changes_[node] >= largest_number) return false;
  ++changes_[node];
  return true;
}

bool Members::knows_more_than(const Members& other) const {
  for (NodeIndex node = 0; node < size(); ++node) {
    if (changes_[node] > other.changes_[node]) return true;
  }
  return false;
}

bool Members::merge(const Members& other) {
  const bool is_news = other.knows_more_than(*this);
  for (NodeIndex node = 0; node < size(); ++node) {
    changes_[node] = std::max(changes_[node], other.changes_[node]);
  }
  return is_news;
}

std::uint64_t Members::digest() const {
  std::uint64_t hash = size();
  for (const std::int64_t changes : changes_) {
    hash = combine(hash, static_cast<std::uint64_t>(changes));
  }
  return hash;
}

Value Members::to_value() const { return Value(Value::List(changes_.begin(), changes_.end())); }

std::optional<Members> Members::from_value(const Value& value, std::size_t nodes) {
  if (!value.is_list() || value.as_list().size() != nodes) return std::nullopt;
  Members members(nodes);
  for (NodeIndex node = 0; node < nodes; ++node) {
    const Value& changes = value.as_list()[node];
    if (!changes.is_integer() || changes.as_integer() < 0 ||
        changes.as_integer() > largest_number) {
      return std::nullopt;
    }
    members.changes_[node] = changes.as_integer();
  }
  return members;
}

}  // namespace faultrig::dynamo
