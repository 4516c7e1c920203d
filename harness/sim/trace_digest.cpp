#include "harness/sim/trace_digest.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstring>

namespace faultrig::sim {

// Eight bytes a step; the length takes part, so that "a" "b" and "ab" differ.
void TraceDigest::fold(std::string_view bytes) {
  fold(static_cast<std::uint64_t>(bytes.size()));
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t count = std::min<std::size_t>(bytes.size(), sizeof word);
    std::memcpy(&word, bytes.data(), count);
    fold(word);
    bytes.remove_prefix(count);
  }
}

void TraceDigest::fold(const Value& value) {
  fold(static_cast<std::uint64_t>(value.kind()));
  switch (value.kind()) {
    case Value::Kind::nil:
      return;
    case Value::Kind::boolean:
      return fold(static_cast<std::uint64_t>(value.as_boolean()));
    case Value::Kind::integer:
      return fold(static_cast<std::uint64_t>(value.as_integer()));
    case Value::Kind::real:
      return fold(std::bit_cast<std::uint64_t>(value.as_real()));
    case Value::Kind::string:
      return fold(std::string_view(value.as_string()));
    case Value::Kind::list:
      fold(static_cast<std::uint64_t>(value.as_list().size()));
      for (const Value& item : value.as_list()) fold(item);
      return;
    case Value::Kind::map:
      fold(static_cast<std::uint64_t>(value.as_map().size()));
      for (const auto& [key, field] : value.as_map()) {
        fold(std::string_view(key));
        fold(field);
      }
      return;
  }
}

void TraceDigest::fold(const Message& message) {
  fold(std::string_view(message.dest));
  if (message.native != nullptr) {
    fold(message.native->digest());
  } else {
    fold(message.body);
  }
}

void TraceDigest::fold(const Effect& effect) {
  fold(static_cast<std::uint64_t>(effect.index()));
  if (const auto* send = std::get_if<SendEffect>(&effect)) {
    fold(send->message);
  } else if (const auto* set = std::get_if<SetTimerEffect>(&effect)) {
    fold(static_cast<std::uint64_t>(set->timer));
    fold(static_cast<std::uint64_t>(set->after.count()));
  } else if (const auto* cancel = std::get_if<CancelTimerEffect>(&effect)) {
    fold(static_cast<std::uint64_t>(cancel->timer));
  } else if (const auto* write = std::get_if<DiskWrite>(&effect)) {
    fold(write->id);
    fold(static_cast<std::uint64_t>(write->kind) * 2 + (write->sync ? 1 : 0));
    fold(std::string_view(write->file));
    fold(std::string_view(write->bytes));
  } else if (const auto* trace = std::get_if<TraceEffect>(&effect)) {
    fold(std::string_view(trace->event));
    fold(trace->fields);
  }
}

std::string TraceDigest::text() const { return fmt::format("{:016x}", state_); }

}  // namespace faultrig::sim
