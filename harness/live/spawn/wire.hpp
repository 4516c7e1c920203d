// Messages between the control process, the spawn server and the node inits: a fixed head, texts
// and descriptors in one SOCK_SEQPACKET datagram. All ends are one program, so there is no version
// and no byte order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

enum class MessageKind : std::uint32_t {
  start,
  kill,
  pause,
  resume,
  status,   // control process -> server
  count,    // server -> init; pause and resume as well
  done,     // answer; `number` is what was asked for
  refused,  // answer; texts are action and object, `error` an errno
  ended,    // init -> server: the program ended; number is a wait status
};

struct WireMessage {
  MessageKind kind = MessageKind::done;
  std::int32_t number = 0;
  std::int32_t error = 0;
  std::vector<std::string> texts;
  std::vector<Descriptor> descriptors;  // at most 3
};

// Throws EnvironmentError, when the peer is gone or the message too long (96 KiB) as well.
void send_message(int socket, const WireMessage& message);
// Waits; empty when the peer has closed. With `wait_ms` not negative empty when nothing came in
// time as well. Throws EnvironmentError.
std::optional<WireMessage> receive_message(int socket, int wait_ms = -1);
// A connected pair; both ends close on exec. Throws EnvironmentError.
std::pair<Descriptor, Descriptor> make_message_pair();

// A list of texts without NUL in one text.
std::string pack(const std::vector<std::string>& items);
std::vector<std::string> unpack(const std::string& packed);

}  // namespace faultrig::live
