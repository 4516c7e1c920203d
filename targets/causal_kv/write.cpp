#include "targets/causal_kv/write.hpp"

#include <fmt/format.h>

#include <utility>

#include "harness/node/hashing.hpp"

namespace faultrig::causal_kv {
namespace {

std::size_t size_of(const Value& value) {
  std::size_t size = 8;
  if (value.is_string()) size += value.as_string().size();
  if (value.is_list()) {
    for (const Value& item : value.as_list()) size += size_of(item);
  }
  if (value.is_map()) {
    for (const auto& [name, field] : value.as_map()) size += name.size() + size_of(field);
  }
  return size;
}

bool is_number(const Value& value, std::int64_t low, std::int64_t high) {
  return value.is_integer() && value.as_integer() >= low && value.as_integer() <= high;
}

}  // namespace

Write::Write(NodeIndex by, Sequence number, Stamp time, VectorClock dependencies, Value what,
             Value contents, WriteKind what_kind)
    : origin(by),
      sequence(number),
      stamp(time),
      after(std::move(dependencies)),
      key(std::move(what)),
      value(std::move(contents)),
      kind(what_kind),
      content(combine(stable_hash(key), stable_hash(value))),
      size(8 * (3 + after.size()) + size_of(key) + size_of(value)) {
  if (kind != WriteKind::put) content = combine(content, static_cast<std::uint64_t>(kind));
  digest = combine(combine(origin, static_cast<std::uint64_t>(sequence)),
                   combine(static_cast<std::uint64_t>(stamp), after.digest()));
  digest = combine(digest, content);
}

bool is_content(WriteKind kind, const Value& value) {
  switch (kind) {
    case WriteKind::put:
    case WriteKind::element:
      return true;
    case WriteKind::delta:
      return is_number(value, -largest_number, largest_number);
    case WriteKind::id:
      return value.is_nil();
  }
  return false;
}

std::string unique_id(std::string_view node, Sequence sequence) {
  return fmt::format("{}-{}", node, sequence);
}

bool wins_over(const Write& one, const Write& other) {
  return std::pair(one.stamp, one.origin) > std::pair(other.stamp, other.origin);
}

Value to_value(const Write& write) {
  Value::List parts{Value(write.origin), Value(write.sequence),
                    Value(write.stamp),  write.after.to_value(),
                    write.key,           write.value};
  if (write.kind != WriteKind::put) parts.emplace_back(static_cast<std::int64_t>(write.kind));
  return Value(std::move(parts));
}

SharedWrite write_from_value(const Value& value, std::size_t nodes) {
  if (!value.is_list() || value.as_list().size() < 6 || value.as_list().size() > 7) return nullptr;
  const Value::List& parts = value.as_list();
  const auto last_node = static_cast<std::int64_t>(nodes) - 1;
  std::optional<VectorClock> after = VectorClock::from_value(parts[3], nodes);
  if (!is_number(parts[0], 0, last_node) || !is_number(parts[1], 1, largest_number) ||
      !is_number(parts[2], 1, largest_number) || !after) {
    return nullptr;
  }
  const auto origin = static_cast<NodeIndex>(parts[0].as_integer());
  if ((*after)[origin] != parts[1].as_integer() - 1) return nullptr;
  WriteKind kind = WriteKind::put;
  if (parts.size() == 7) {
    if (!is_number(parts[6], 1, 3)) return nullptr;
    kind = static_cast<WriteKind>(parts[6].as_integer());
  }
  if (!is_content(kind, parts[5])) return nullptr;
  return std::make_shared<const Write>(origin, parts[1].as_integer(), parts[2].as_integer(),
                                       *std::move(after), parts[4], parts[5], kind);
}

}  // namespace faultrig::causal_kv
