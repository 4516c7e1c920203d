#include "harness/node/message.hpp"

#include "checkers/history/json.hpp"

namespace faultrig {

bool is_definite(std::int64_t code) {
  switch (code) {
    case 1:
    case 10:
    case 11:
    case 12:
    case 14:
    case 20:
    case 21:
    case 22:
    case 30:
      return true;
    default:
      return false;
  }
}

std::string_view error_name(std::int64_t code) {
  switch (code) {
    case 0:
      return "timeout";
    case 1:
      return "node-not-found";
    case 10:
      return "not-supported";
    case 11:
      return "temporarily-unavailable";
    case 12:
      return "malformed-request";
    case 13:
      return "crash";
    case 14:
      return "abort";
    case 20:
      return "key-does-not-exist";
    case 21:
      return "key-already-exists";
    case 22:
      return "precondition-failed";
    case 30:
      return "txn-conflict";
    default:
      return "unknown-error";
  }
}

std::string to_line(const Message& message) {
  return to_json(
      Value::map({{"src", message.src}, {"dest", message.dest}, {"body", message.wire_body()}}));
}

Message message_from_line(std::string_view line) {
  const Value value = parse_json(line);
  const Value* src = value.find("src");
  const Value* dest = value.find("dest");
  const Value* body = value.find("body");
  if (src == nullptr || !src->is_string()) throw JsonError(0, "message without a string `src`");
  if (dest == nullptr || !dest->is_string()) throw JsonError(0, "message without a string `dest`");
  if (body == nullptr || !body->is_map()) throw JsonError(0, "message without an object `body`");
  return {src->as_string(), dest->as_string(), *body};
}

Message reply_to(const Message& request, Value::Map body) {
  if (const Value* id = request.body.find("msg_id")) body.emplace_back("in_reply_to", *id);
  return {request.dest, request.src, Value(std::move(body))};
}

Message error_reply(const Message& request, ErrorCode code, std::string_view text) {
  return reply_to(request,
                  {{"type", "error"}, {"code", static_cast<std::int64_t>(code)}, {"text", text}});
}

}  // namespace faultrig
