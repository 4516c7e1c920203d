#include "harness/live/docker/meeting.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "harness/errors.hpp"
#include "harness/live/local/connectivity.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Deadline = steady_clock::time_point;

constexpr milliseconds between_tries{5};
// For one who has come and says nothing, so that others get their turn.
constexpr milliseconds word_patience{1'000};

bool say(const Descriptor& socket, const std::string& word) {
  return ::send(socket.get(), word.data(), word.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(word.size());
}

// As much as the word is long, or what came until the end.
std::string hear(const Descriptor& socket, std::size_t size, Deadline deadline) {
  std::string heard;
  while (heard.size() < size && await_socket(socket, POLLIN, deadline)) {
    std::array<char, 256> chunk;
    const ssize_t got =
        ::recv(socket.get(), chunk.data(), std::min(chunk.size(), size - heard.size()), 0);
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) break;
    if (got > 0) heard.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return heard;
}

// Closed at once, without the time in which the kernel keeps the port for late packets.
void hang_up(Descriptor& socket) {
  const linger at_once{1, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  socket.reset();
}

Descriptor listen_on(std::uint16_t port) {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  const int yes = 1;
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (!socket.is_open() ||
      ::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket.get(), SOMAXCONN) != 0)
    throw EnvironmentError("cannot listen on", fmt::format("port {}", port), errno);
  return socket;
}

// Why not; empty when the other side knew the word.
std::string try_once(const NodeAddress& there, const std::string& word, Deadline deadline) {
  const Descriptor socket = open_socket_here();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(there.port);
  ::inet_pton(AF_INET, there.ip.c_str(), &address.sin_addr);
  int error = 0;
  if (::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    if (errno != EINPROGRESS) return std::strerror(errno);
    if (!await_socket(socket, POLLOUT, deadline)) return "no answer";
    socklen_t size = sizeof error;
    ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return std::strerror(error);
  }
  const std::string heard = hear(socket, word.size(), deadline);
  if (heard != word) return heard.empty() ? "it hangs up" : "somebody else listens there";
  return say(socket, word) ? "" : "it hangs up";
}

}  // namespace

bool await_socket(const Descriptor& socket, short events, Deadline deadline) {
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd source{socket.get(), events, 0};
    const int ready = ::poll(&source, 1, static_cast<int>(left.count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return false;
  }
}

std::string meet_client(std::uint16_t port, const std::string& word, milliseconds patience) {
  const Deadline deadline = steady_clock::now() + patience;
  const Descriptor listener = listen_on(port);
  while (await_socket(listener, POLLIN, deadline)) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    Descriptor socket(::accept4(listener.get(), reinterpret_cast<sockaddr*>(&address), &size,
                                SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (!socket.is_open()) continue;
    const Deadline until = std::min(deadline, steady_clock::now() + word_patience);
    const bool knows = say(socket, word) && hear(socket, word.size(), until) == word;
    hang_up(socket);
    if (knows) return to_string(Ipv4{ntohl(address.sin_addr.s_addr)});
  }
  return "";
}

std::string meet_helper(const NodeAddress& there, const std::string& word, milliseconds patience) {
  const Deadline deadline = steady_clock::now() + patience;
  std::string why;
  while (true) {
    const std::string now = try_once(there, word, deadline);
    // What the deadline cut short says less than what came before it.
    const bool is_late = steady_clock::now() >= deadline;
    if (!is_late || why.empty() || now.empty()) why = now;
    if (is_late || now.empty()) return why;
    ::poll(nullptr, 0, static_cast<int>(between_tries.count()));
  }
}

// A line is "0: 0100007F:1F90 0200A8C0:D431 01 ...": number, own and other address, state. An
// address is the words of its bytes as the machine reads them; an IPv4 one in an IPv6 table is the
// last word.
std::vector<std::string> arrivals_in(std::string_view table, std::uint16_t port, Ipv4 from) {
  constexpr std::string_view not_through[] = {"02", "03", "0A"};  // SYN_SENT, SYN_RECV, LISTEN
  const std::string own_end = fmt::format(":{:04X}", port);
  const std::string other = fmt::format("{:08X}:", htonl(from));
  std::vector<std::string> found;
  std::istringstream lines{std::string(table)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string number, here, there, state;
    words >> number >> here >> there >> state;
    const std::size_t colon = there.find(':');
    if (std::ranges::find(not_through, state) != std::end(not_through)) continue;
    if (!here.ends_with(own_end) || colon < 8 || colon == there.npos) continue;
    if (there.compare(colon - 8, 9, other) == 0) found.push_back(there.substr(colon + 1));
  }
  return found;
}

std::vector<std::string> arrivals(std::uint16_t port, Ipv4 from) {
  std::vector<std::string> found;
  for (const char* name : {"/proc/self/net/tcp", "/proc/self/net/tcp6"}) {
    std::ifstream file(name);
    const std::string table{std::istreambuf_iterator<char>(file), {}};
    for (std::string& one : arrivals_in(table, port, from)) found.push_back(std::move(one));
  }
  return found;
}

}  // namespace faultrig::live
