// Talks to a Docker engine: HTTP/1.1 over its unix socket, one connection a request, every request
// under a deadline.
//
// The version of the API is negotiated: what we need has not changed since 1.30 (Docker 17.06), so
// we speak 1.41 where the engine does, else the nearest that it knows.
// Source: https://docs.docker.com/reference/api/engine/. Cost: a connection is some 50 us.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "checkers/history/value.hpp"
#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

struct EngineRequest {
  std::string purpose;  // what for, as it stands after "cannot": "start node n1"
  std::string method;
  std::string path;  // with its query, without the version: "/containers/json?all=1"
  std::string body = {};
  std::string content_type = "application/json";
  std::chrono::milliseconds deadline = std::chrono::seconds(30);
};

struct EngineReply {
  unsigned status = 0;
  std::string body;
  bool ok() const { return status / 100 == 2 || status == 304; }  // 304: it was so already
};

// What a container writes, from the moment of attaching until it ends.
struct OutputStream {
  Descriptor socket;  // frames of log_frames.hpp; closed by the engine at the end
  std::string first;  // what came with the answer
};

// Its calls may be made by several threads at once. All throw EnvironmentError that names the
// purpose, the engine's socket, what came back and what to do.
class EngineClient {
 public:
  // Asks the engine for its version.
  explicit EngineClient(std::string socket);

  const std::string& socket() const { return socket_; }
  const std::string& engine_version() const { return engine_version_; }  // "20.10.24"
  const std::string& api_version() const { return api_version_; }        // "1.41"

  // The answer, whatever its status.
  EngineReply ask(const EngineRequest& request) const;
  // The answer's JSON (nil when it is empty); a status that is no success is thrown.
  Value ask_value(const EngineRequest& request) const;
  // The same without the JSON, where an answer is not looked at or no JSON.
  std::string ask_ok(const EngineRequest& request) const;
  // Output from now on; attach before the start, and nothing is missed. With `input` the socket
  // also takes what the container is to read.
  OutputStream attach(const std::string& container, const std::string& purpose,
                      bool input = false) const;

  // What the engine said no with.
  EnvironmentError refusal(const EngineRequest& request, const EngineReply& reply) const;

 private:
  std::string socket_;
  std::string engine_version_;
  std::string api_version_;
};

// The socket of the engine that the user means: DOCKER_HOST, else /var/run/docker.sock. Throws
// EnvironmentError when DOCKER_HOST is no unix socket.
std::string engine_socket();

// The version to speak with an engine that knows those from `oldest` to `newest`; empty when there
// is none. Versions are "1.41"; what is no version is older than all.
std::string negotiate_version(std::string_view oldest, std::string_view newest);

// `text` as part of a query.
std::string url_encoded(std::string_view text);

}  // namespace faultrig::live
