// One logical client's requests: JSON lines over one TCP connection, one request at a time.
//
// Never re-sends, and never reconnects within a request; a connection that broke is opened anew for
// the next one. So is one on which a request timed out: what is left of it must not mix with the
// next request, and a new connection heals faster than an old one whose retransmissions have backed
// off. Answers are matched by in_reply_to; those to earlier requests are ignored.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <variant>

#include "harness/client.hpp"
#include "harness/live/client_network.hpp"

namespace boost::asio {
class io_context;
}

namespace faultrig::live {

struct RpcFailure {
  TransportFailure failure;
  std::string detail;
};
// The node sent something that is no answer; the text is shown in `what`.
struct RpcMalformed {
  std::string what;
};
// The body of the answer, or why there is none.
using RpcResult = std::variant<Value, RpcFailure, RpcMalformed>;

class RpcClient {
 public:
  using Done = std::function<void(const RpcResult&)>;

  // `loop` and `network` must outlive the client; `timeout` is that of one request, connecting
  // included. `worker` chooses the client machine.
  RpcClient(boost::asio::io_context& loop, ClientNetwork& network, int worker,
            std::chrono::milliseconds timeout);
  ~RpcClient();
  RpcClient(const RpcClient&) = delete;
  RpcClient& operator=(const RpcClient&) = delete;

  // Sends `body` (a map; msg_id is added) to the node under the name c<process>. `done` is called
  // once, from the loop or before this returns, unless disconnect() comes first. Requires that no
  // request is in flight. Throws EnvironmentError when no socket can be made.
  void call(ProcessId process, const std::string& node, const Value& body, Done done);
  // Drops the connection; a request in flight is forgotten.
  void disconnect();

 private:
  class Implementation;
  std::shared_ptr<Implementation> implementation_;
};

}  // namespace faultrig::live
