// Where the live driver gets its client sockets: on a client machine inside the run's network, so
// that client links can be cut as well.
#pragma once

#include <cstdint>
#include <string>

namespace faultrig::live {

struct NodeAddress {
  std::string ip;  // dotted
  std::uint16_t port;
};

class ClientNetwork {
 public:
  virtual ~ClientNetwork() = default;
  // A new non-blocking TCP socket on client machine number `worker` modulo their count. The caller
  // owns the descriptor. Throws EnvironmentError.
  virtual int open_client_socket(int worker) = 0;
  virtual NodeAddress address_of(const std::string& node) const = 0;
};

}  // namespace faultrig::live
