#include "harness/client.hpp"

#include <fmt/format.h>

namespace faultrig {

Completion completion_of_error(const ClientCodec& codec, const Invocation& invocation,
                               const Value& body) {
  const std::int64_t code = body.integer_or("code", 13);
  const bool certain = is_definite(code) || codec.is_idempotent(invocation);
  return {certain ? Outcome::fail : Outcome::info, Value(),
          fmt::format("{}: {}", error_name(code), body.string_or("text", ""))};
}

Completion completion_of_failure(const ClientCodec& codec, const Invocation& invocation,
                                 TransportFailure failure, std::string_view detail) {
  const auto word = [&] {
    switch (failure) {
      case TransportFailure::not_sent:
        return "not-sent";
      case TransportFailure::timed_out:
        return "timed-out";
      case TransportFailure::broken:
        return "broken";
    }
    return "?";
  }();
  const bool certain = failure == TransportFailure::not_sent || codec.is_idempotent(invocation);
  return {certain ? Outcome::fail : Outcome::info, Value(), fmt::format("{}: {}", word, detail)};
}

}  // namespace faultrig
