#include "targets/raft_kv/data_types/counter.hpp"

#include <fmt/format.h>

#include "harness/node/hashing.hpp"
#include "targets/raft_kv/data_types/replies.hpp"

namespace faultrig::raft_kv {

Value Counter::add(std::int64_t delta) {
  static const Value done = Value::map({{"type", "add_ok"}});
  std::int64_t next = 0;
  if (__builtin_add_overflow(sum_, delta, &next)) {
    return error_body(ErrorCode::precondition_failed,
                      fmt::format("{} and {} make no number of 64 bits", sum_, delta));
  }
  sum_ = next;
  return done;
}

Value Counter::read() const { return value_body("read_ok", sum_); }

Value Counter::generate() { return Value::map({{"type", "generate_ok"}, {"id", ++sum_}}); }

std::uint64_t Counter::digest(std::string_view name) const {
  return sum_ == 0 ? 0 : combine(stable_hash(name), static_cast<std::uint64_t>(sum_));
}

std::optional<Counter> Counter::from_value(const Value& value) {
  if (!value.is_integer()) return std::nullopt;
  Counter result;
  result.sum_ = value.as_integer();
  return result;
}

}  // namespace faultrig::raft_kv
