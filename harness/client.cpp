#include "harness/client.hpp"

#include <fmt/format.h>

namespace faultrig {

std::string printable(std::string_view text, std::size_t longest) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const bool is_cut = text.size() > longest;
  std::size_t end = is_cut ? longest : text.size();
  // Never in the middle of a character: its later bytes are 10xxxxxx.
  while (is_cut && end > 0 && (byte(end) & 0xC0) == 0x80) --end;
  std::string shown;
  for (std::size_t at = 0; at < end; ++at) {
    // U+0080 to U+009F are control characters too; in UTF-8 they begin with C2.
    const bool is_upper_control = byte(at) == 0xC2 && at + 1 < end && byte(at + 1) < 0xA0;
    const bool is_control = byte(at) < 0x20 || byte(at) == 0x7F || is_upper_control;
    shown += is_control ? '?' : text[at];
    if (is_upper_control) ++at;
  }
  return is_cut ? shown + "..." : shown;
}

Completion completion_of_error(const ClientCodec& codec, const Invocation& invocation,
                               const Value& body) {
  const std::int64_t code = body.integer_or("code", 13);
  const bool certain = is_definite(code) || codec.is_idempotent(invocation);
  return {certain ? Outcome::fail : Outcome::info, Value(),
          fmt::format("{}: {}", error_name(code), printable(body.string_or("text", "")))};
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
