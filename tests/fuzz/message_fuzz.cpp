// libFuzzer driver of the message line, as clients and nodes get it from the network: any line is
// read, or refused with JsonError; a message that is read and written again is the same message.
// What raft_kv understands of a body, it says again with the same body.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/json.hpp"
#include "harness/node/message.hpp"
#include "targets/raft_kv/messages.hpp"

using faultrig::Message;
using faultrig::raft_kv::PeerMessage;

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

  if (const std::optional<PeerMessage> peer = faultrig::raft_kv::peer_message(message.body)) {
    const faultrig::Value body = faultrig::raft_kv::to_body(*peer);
    const std::optional<PeerMessage> again = faultrig::raft_kv::peer_message(body);
    if (!again || faultrig::raft_kv::to_body(*again) != body) std::abort();
  }
  return 0;
}
