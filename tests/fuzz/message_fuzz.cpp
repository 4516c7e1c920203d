// libFuzzer driver of the message line, as clients and nodes get it from the network: any line is
// read, or refused with JsonError; a message that is read and written again is the same message.
// What a bundled target understands of a body, it says again with the same body.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/json.hpp"
#include "harness/node/message.hpp"
#include "targets/causal_kv/messages.hpp"
#include "targets/dynamo/messages.hpp"
#include "targets/raft_kv/messages.hpp"

using faultrig::Message;

namespace {

// `read` gives the target's own message of a body, or nothing.
template <typename Read>
void check_body(const faultrig::Value& body, Read read) {
  const auto peer = read(body);
  if (!peer) return;
  const faultrig::Value said = to_body(*peer);
  const auto again = read(said);
  if (!again || to_body(*again) != said) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Message message;
  try {
    message = faultrig::message_from_line({reinterpret_cast<const char*>(data), size});
  } catch (const faultrig::JsonError&) {
    return 0;
  }
  const std::string line = faultrig::to_line(message);
  if (line.find('\n') != line.npos || faultrig::message_from_line(line) != message) std::abort();

  const Message reply = faultrig::error_reply(message, faultrig::ErrorCode::crash, "fuzz");
  if (faultrig::message_from_line(faultrig::to_line(reply)) != reply) std::abort();

  check_body(message.body,
             [](const faultrig::Value& body) { return faultrig::raft_kv::peer_message(body); });
  check_body(message.body, [](const faultrig::Value& body) {
    return faultrig::causal_kv::peer_message(body, 3);
  });
  check_body(message.body,
             [](const faultrig::Value& body) { return faultrig::dynamo::peer_message(body, 3); });
  return 0;
}
