// The replies that the data types give, as bodies without `in_reply_to`.
#pragma once

#include <string>
#include <utility>

#include "harness/node/message.hpp"

namespace faultrig::raft_kv {

inline Value error_body(ErrorCode code, std::string text) {
  return Value::map(
      {{"type", "error"}, {"code", static_cast<std::int64_t>(code)}, {"text", std::move(text)}});
}

inline Value value_body(const char* type, Value value) {
  return Value::map({{"type", type}, {"value", std::move(value)}});
}

}  // namespace faultrig::raft_kv
