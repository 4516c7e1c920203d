#include "targets/raft_kv/data_types/grow_set.hpp"

#include "harness/node/hashing.hpp"
#include "targets/raft_kv/data_types/replies.hpp"

namespace faultrig::raft_kv {
namespace {

// Apart from the digests of the other types, which are added up with this one.
std::uint64_t share_of(const Value& element) {
  return combine(stable_hash(std::string_view("element")), stable_hash(element));
}

}  // namespace

Value GrowSet::add(const Value& element) {
  static const Value done = Value::map({{"type", "add_ok"}});
  if (elements_.insert(element).second) digest_ += share_of(element);
  return done;
}

Value GrowSet::read() const { return value_body("read_ok", to_value()); }

std::uint64_t GrowSet::digest_of(const Value::List& elements) {
  std::uint64_t sum = 0;
  for (const Value& element : elements) sum += share_of(element);
  return sum;
}

Value GrowSet::to_value() const { return Value(Value::List(elements_.begin(), elements_.end())); }

std::optional<GrowSet> GrowSet::from_value(const Value& value) {
  if (!value.is_list()) return std::nullopt;
  GrowSet result;
  for (const Value& element : value.as_list()) result.add(element);
  return result;
}

}  // namespace faultrig::raft_kv
