// A server on loopback that does what a test says, and the client network that leads to it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "harness/live/client_network.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {

// One accepted connection, with blocking calls.
class Peer {
 public:
  explicit Peer(Descriptor handle) : handle_(std::move(handle)) {}
  // The next line without its newline; empty when the client has closed.
  std::string read_line();
  void write(const std::string& text);
  // Returns when the client has closed.
  void wait_for_end();
  void close() { handle_.reset(); }

 private:
  Descriptor handle_;
  std::string received_;
};

// Accepts connections one after the other and gives number n (from 0) to `serve`; with `parallel`
// each in a thread of its own.
class LoopbackServer : public ClientNetwork {
 public:
  using Serve = std::function<void(Peer&, int number)>;
  explicit LoopbackServer(Serve serve, bool parallel = false);
  ~LoopbackServer() override;  // waits for `serve` to return

  int open_client_socket(int worker) override;
  NodeAddress address_of(const std::string& node) const override;

 private:
  void accept_all(const Serve& serve, bool parallel);

  std::uint16_t port_ = 0;  // set while the listener is made
  Descriptor listener_;
  std::thread thread_;
};

// A port of loopback that a socket holds, so that connecting to it is refused (`backlog` < 0) or,
// once the backlog is full, hangs.
Descriptor hold_port(std::uint16_t& port, int backlog);

// The JSON line that answers `request` with a body of this type.
std::string answer_to(const std::string& request, const std::string& type = "echo_ok");

}  // namespace faultrig::live
