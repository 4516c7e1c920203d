// What the control process and a host's agent say to each other over one byte stream: a greeting
// line with the version, then records, each with its length in front (little-endian throughout).
//
// A request has exactly one answer: `done` with what was asked for, or `refused`. The stream may
// begin with whatever the remote shell's start-up files print; the greeting is looked for behind
// it. The reader trusts nothing: a broken record is an EnvironmentError, never more.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/errors.hpp"

namespace faultrig::live {

// What one answer carries of a file; a full one means that there may be more.
inline constexpr std::size_t most_agent_news = 256u << 10;

// Changes with every change of the records below.
inline constexpr int agent_version = 3;

enum class AgentVerb : std::uint32_t {
  done,     // answer; number and texts are what was asked for
  refused,  // answer; texts are action, object and hint of an EnvironmentError, error its errno
  hello,    // what the host is and can do
  set_up,   // the links and the names of the others; answers which faults there cannot be
  start,
  kill,
  pause,
  resume,
  news,   // how the program is, and what its log and trace have got since
  link,   // set one: what arrives, and what goes to a client
  shape,  // set one: what goes to a peer
  counters,
  heal,
  probe,  // connections to the peers
  clock,
  clock_offset,
  meet,       // helpers: a client finds its way here, and is told apart by where it comes from
  arrivals,   // helpers: connections from there
  remarks,    // what a reader of the run has to know
  power_off,  // reset the host's kernel; answered only when that cannot be
  end,        // undo everything; the last request
};

struct AgentMessage {
  AgentVerb verb = AgentVerb::done;
  std::int64_t number = 0;
  std::int32_t error = 0;
  std::vector<std::string> texts = {};

  friend bool operator==(const AgentMessage&, const AgentMessage&) = default;
};

// The first thing an agent writes.
std::string agent_greeting(int version = agent_version);

// Throws std::logic_error for more than a record may hold (8 MiB).
std::string to_bytes(const AgentMessage& message);

// Bytes in, messages out.
class AgentReader {
 public:
  // `greeted`: the stream has no greeting (requests).
  explicit AgentReader(bool greeted) : greeted_(greeted) {}
  void append(std::string_view bytes) { bytes_ += bytes; }
  // The next whole message; empty when more bytes are needed. Throws EnvironmentError for a
  // greeting of another version (EPROTONOSUPPORT) and for what no agent writes (EPROTO).
  std::optional<AgentMessage> next();
  // True when the greeting has come.
  bool read_greeting();

 private:
  bool greeted_;
  std::string bytes_;
};

AgentMessage refusal(const EnvironmentError& error);
// Throws what the answer says, with `where` ("on host 10.0.0.1 (node n1)") behind the object.
void expect_done(const AgentMessage& answer, const std::string& where);

}  // namespace faultrig::live
