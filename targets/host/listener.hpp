// The way in: accepts connections on the node's address, reads one message a line, and finds the
// connection to answer a client on: the one that last used the client's name as `src`.
//
// Bad input never ends the process. A line that is no message is answered with error 12
// (malformed); a line longer than 1 MiB (64 MiB once the connection has shown a peer's name:
// snapshots travel whole) closes the connection, and so does a client that does not read 16 MiB of
// answers.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "harness/node/node.hpp"

namespace boost::asio {
class io_context;
}

namespace faultrig::host {

inline constexpr std::size_t longest_client_line = 1024 * 1024;
inline constexpr std::size_t longest_peer_line = 64 * 1024 * 1024;
inline constexpr std::size_t most_unread_bytes = 16 * 1024 * 1024;
inline constexpr std::size_t most_names_of_a_connection = 10000;

class Listener {
 public:
  // Throws EnvironmentError ("cannot listen on 10.77.1.1:7000: Address already in use").
  Listener(boost::asio::io_context& context, NodeName self, std::set<NodeName> peers,
           const std::string& address, std::function<void(Message)> deliver);
  ~Listener();
  // To the client's connection; dropped when it has none any more.
  void send_to_client(const Message& message);

 private:
  class State;
  class Connection;
  std::shared_ptr<State> state_;
};

}  // namespace faultrig::host
