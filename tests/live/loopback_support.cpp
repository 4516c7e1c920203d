#include "tests/live/loopback_support.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <stdexcept>

#include "harness/node/message.hpp"

namespace faultrig::live {

std::string Peer::read_line() {
  while (true) {
    const std::size_t end = received_.find('\n');
    if (end != std::string::npos) {
      std::string line = received_.substr(0, end);
      received_.erase(0, end + 1);
      return line;
    }
    char chunk[65536];
    const ssize_t size = ::recv(handle_.get(), chunk, sizeof chunk, 0);
    if (size <= 0) return "";
    received_.append(chunk, static_cast<std::size_t>(size));
  }
}

void Peer::write(const std::string& text) {
  for (std::size_t at = 0; at < text.size();) {
    const ssize_t sent = ::send(handle_.get(), text.data() + at, text.size() - at, MSG_NOSIGNAL);
    if (sent <= 0) return;
    at += static_cast<std::size_t>(sent);
  }
}

void Peer::wait_for_end() {
  char ignored[4096];
  while (::recv(handle_.get(), ignored, sizeof ignored, 0) > 0) {
  }
}

Descriptor hold_port(std::uint16_t& port, int backlog) {
  Descriptor handle(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(handle.get(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(handle.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0 ||
      (backlog >= 0 && ::listen(handle.get(), backlog) != 0))
    throw std::runtime_error("cannot listen on loopback");
  port = ntohs(address.sin_port);
  return handle;
}

LoopbackServer::LoopbackServer(Serve serve, bool parallel) : listener_(hold_port(port_, 128)) {
  thread_ =
      std::thread([this, serve = std::move(serve), parallel] { accept_all(serve, parallel); });
}

LoopbackServer::~LoopbackServer() {
  ::shutdown(listener_.get(), SHUT_RDWR);  // wakes the accept
  thread_.join();
}

void LoopbackServer::accept_all(const Serve& serve, bool parallel) {
  std::vector<std::thread> threads;
  for (int number = 0;; ++number) {
    Descriptor handle(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!handle.is_open()) break;
    const int on = 1;
    ::setsockopt(handle.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Peer peer(std::move(handle));
    if (!parallel) {
      serve(peer, number);
      continue;
    }
    threads.emplace_back(
        [&serve, number, owned = std::move(peer)]() mutable { serve(owned, number); });
  }
  for (std::thread& thread : threads) thread.join();
}

int LoopbackServer::open_client_socket(int) {
  return ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

NodeAddress LoopbackServer::address_of(const std::string&) const { return {"127.0.0.1", port_}; }

std::string answer_to(const std::string& request, const std::string& type) {
  const Message message = message_from_line(request);
  return to_line(reply_to(message, {{"type", type}})) + "\n";
}

}  // namespace faultrig::live
