// The way out to the other nodes: one TCP connection to each, made again whenever it breaks.
//
// Reconnecting: waits between attempts double from 10 ms to 500 ms, with jitter of up to half, and
// an attempt is given up after 400 ms, so that a healed link is found within a second. A connection
// whose data nobody acknowledges for a second is broken by the kernel (TCP_USER_TIMEOUT): otherwise
// its retransmissions, further and further apart, would outlive the partition by seconds. What is
// sent while there is no connection is dropped, and so is what does not fit into the queue:
// messages of a node may be lost by contract, and late ones only cost.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "harness/node/node.hpp"

namespace boost::asio {
class io_context;
}

namespace faultrig::host {

class PeerLinks {
 public:
  // `peers` without the node itself: name -> "address:port". Throws UsageError for a bad address.
  PeerLinks(boost::asio::io_context& context, NodeName self,
            const std::map<NodeName, std::string>& peers, std::uint64_t seed);
  ~PeerLinks();
  bool knows(const NodeName& name) const { return links_.contains(name); }
  // `line` without its newline.
  void send(const NodeName& dest, const std::string& line);

 private:
  class Link;
  std::map<NodeName, std::shared_ptr<Link>> links_;
};

}  // namespace faultrig::host
