// A message between nodes, or between a client and a node: the envelope of the Maelstrom protocol.
//
// On the wire one JSON object a line: {"src":"c1","dest":"n1","body":{"type":"read","msg_id":1,
// "key":7}}. `body.type` is required; a reply carries `in_reply_to`; an error is
// {"type":"error","in_reply_to":...,"code":...,"text":...}. Further top-level fields are ignored.
// Source: Maelstrom, doc/protocol.md.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/value.hpp"

namespace faultrig {

// A body in a target's own form, for messages between its nodes within one process: a simulation
// hands it on as it is, which saves building and reading JSON for every message. Immutable and
// shared. Whatever leaves the process is made of to_value().
class NativeBody {
 public:
  virtual ~NativeBody() = default;
  virtual Value to_value() const = 0;
  // Equal bodies have equal digests, on every machine; for the digest of a simulated run.
  virtual std::uint64_t digest() const = 0;
};

struct Message {
  std::string src;
  std::string dest;
  Value body;  // nil when `native` says it
  std::shared_ptr<const NativeBody> native = nullptr;

  Value wire_body() const { return native != nullptr ? native->to_value() : body; }
  std::string type() const { return wire_body().string_or("type", ""); }
  friend bool operator==(const Message&, const Message&) = default;
};

// Error codes of the Maelstrom protocol. A definite one says the operation never took effect.
enum class ErrorCode {
  timeout = 0,
  node_not_found = 1,
  not_supported = 10,
  temporarily_unavailable = 11,
  malformed_request = 12,
  crash = 13,
  abort = 14,
  key_does_not_exist = 20,
  key_already_exists = 21,
  precondition_failed = 22,
  txn_conflict = 30,
};

// Codes that are not listed, 1000 and above included, are indefinite.
bool is_definite(std::int64_t code);
std::string_view error_name(std::int64_t code);

// The line without its newline.
std::string to_line(const Message& message);
// Throws JsonError, also when src, dest or body is missing or of the wrong kind.
Message message_from_line(std::string_view line);

// The body with `in_reply_to` set from the request's msg_id (left out when the request has none).
Message reply_to(const Message& request, Value::Map body);
Message error_reply(const Message& request, ErrorCode code, std::string_view text);

}  // namespace faultrig
