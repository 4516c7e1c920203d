#include "targets/raft_kv/data_types/queue.hpp"

#include "harness/node/hashing.hpp"
#include "targets/raft_kv/data_types/replies.hpp"

namespace faultrig::raft_kv {
namespace {

std::uint64_t share_of(std::uint64_t place, const Value& value) {
  return combine(combine(stable_hash(std::string_view("queue")), place), stable_hash(value));
}

}  // namespace

void Queue::put(const Value& value) {
  digest_ += share_of(next_, value);
  values_.emplace_hint(values_.end(), next_++, value);
}

Value Queue::enqueue(const Value& value) {
  static const Value done = Value::map({{"type", "enqueue_ok"}});
  put(value);
  return done;
}

Value Queue::dequeue() {
  if (values_.empty()) return value_body("dequeue_ok", Value());
  const auto first = values_.begin();
  digest_ -= share_of(first->first, first->second);
  Value reply = value_body("dequeue_ok", first->second);
  values_.erase(first);
  return reply;
}

std::uint64_t Queue::digest() const { return next_ == 0 ? 0 : combine(digest_, next_); }

Value Queue::to_value() const {
  Value::List values;
  for (const auto& [place, value] : values_) values.push_back(value);
  return Value::map({{"next", next_}, {"values", Value(std::move(values))}});
}

std::optional<Queue> Queue::from_value(const Value& value) {
  const Value* values = value.find("values");
  const std::int64_t next = value.integer_or("next", -1);
  if (values == nullptr || !values->is_list() ||
      next < static_cast<std::int64_t>(values->as_list().size())) {
    return std::nullopt;
  }
  Queue result;
  result.next_ = static_cast<std::uint64_t>(next) - values->as_list().size();
  for (const Value& item : values->as_list()) result.put(item);
  return result;
}

}  // namespace faultrig::raft_kv
