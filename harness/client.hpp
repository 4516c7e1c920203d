// How an operation becomes a request and a reply becomes an outcome, without I/O: the codec of one
// workload. The transport (live sockets, a simulated network) carries it and never re-sends.
//
// By the book: an answer decides; a definite error is fail, any other is info; a request that was
// never sent (connection refused, client could not open) is fail; everything else (no answer in
// time, connection lost after sending) is info. A read has no effect, so a workload may claim fail
// for a read whose answer is lost: `is_idempotent`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "checkers/history/event.hpp"
#include "checkers/history/operation.hpp"
#include "harness/node/message.hpp"

namespace faultrig {

using WorkerId = int;
// The nemesis is a worker of its own in generators and in the interpreter.
inline constexpr WorkerId nemesis_worker = -1;

struct Invocation {
  WorkerId worker = 0;
  ProcessId process = 0;
  std::string f;
  std::optional<Value> key;
  Value value;
  std::string node;  // the node asked; worker modulo node count

  friend bool operator==(const Invocation&, const Invocation&) = default;
};

struct Completion {
  Outcome outcome = Outcome::info;
  Value value;
  std::optional<std::string> error;

  friend bool operator==(const Completion&, const Completion&) = default;
};

// Why no answer came.
enum class TransportFailure {
  not_sent,   // refused, unreachable or not connected in time: the request never left
  timed_out,  // sent, no answer within the time limit
  broken,     // sent, then the connection ended
};

class ClientCodec {
 public:
  virtual ~ClientCodec() = default;
  // The body without msg_id, which the transport adds.
  virtual Value request(const Invocation& invocation) const = 0;
  // A body of the wrong shape is info with an error that shows what was expected and what came.
  virtual Completion reply(const Invocation& invocation, const Value& body) const = 0;
  // True when taking effect or not makes no difference, as for a read.
  virtual bool is_idempotent(const Invocation& invocation) const = 0;
};

// Text of the tested system as it may stand in a history and on a terminal: control characters
// become '?', and what is longer than `longest` bytes is cut, between two characters of UTF-8.
std::string printable(std::string_view text, std::size_t longest = 200);

// The rules above for an `error` body; `code` and the printable `text` go into the completion's
// error.
Completion completion_of_error(const ClientCodec& codec, const Invocation& invocation,
                               const Value& body);
Completion completion_of_failure(const ClientCodec& codec, const Invocation& invocation,
                                 TransportFailure failure, std::string_view detail);

}  // namespace faultrig
