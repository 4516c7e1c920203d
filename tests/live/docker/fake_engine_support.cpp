#include "tests/live/docker/fake_engine_support.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <stdexcept>

namespace faultrig::live {
namespace {

Descriptor listen_at(const std::string& path) {
  Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  if (::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener.get(), 16) != 0)
    throw std::runtime_error("cannot listen at " + path);
  return listener;
}

// Up to the empty line, and then as much body as the head announces.
std::string read_request(int socket) {
  std::string text;
  std::size_t wanted = std::string::npos;
  char chunk[65536];
  while (true) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos && wanted == std::string::npos) {
      const std::size_t length = text.find("Content-Length: ");
      wanted = end + 4 + (length < end ? std::stoul(text.substr(length + 16)) : 0);
    }
    if (wanted != std::string::npos && text.size() >= wanted) return text.substr(0, end);
    const ssize_t size = ::recv(socket, chunk, sizeof chunk, 0);
    if (size <= 0) return "";
    text.append(chunk, static_cast<std::size_t>(size));
  }
}

}  // namespace

FakeEngine::FakeEngine(Answer answer) : listener_(listen_at(socket())) {
  thread_ = std::thread([this, answer = std::move(answer)] { serve(answer); });
}

FakeEngine::~FakeEngine() {
  ::shutdown(listener_.get(), SHUT_RDWR);  // wakes the accept
  thread_.join();
}

void FakeEngine::serve(const Answer& answer) {
  while (true) {
    const Descriptor peer(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!peer.is_open()) return;
    const std::string request = read_request(peer.get());
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    const std::string reply = answer(request);
    if (reply == "silence") {
      char ignored;
      (void)!::recv(peer.get(), &ignored, 1, 0);  // until the client gives up
      continue;
    }
    for (std::size_t at = 0; at < reply.size();) {
      const ssize_t sent = ::send(peer.get(), reply.data() + at, reply.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) break;
      at += static_cast<std::size_t>(sent);
    }
  }
}

std::vector<std::string> FakeEngine::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::string http_answer(const std::string& status, const std::string& body) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\n\r\n{}", status, body.size(), body);
}

FakeEngine::Answer with_version(FakeEngine::Answer answer) {
  return [answer = std::move(answer)](const std::string& request) {
    if (request.starts_with("GET /version "))
      return http_answer("200 OK",
                         R"({"Version":"20.10.24","ApiVersion":"1.41","MinAPIVersion":"1.12"})");
    return answer(request);
  };
}

}  // namespace faultrig::live
