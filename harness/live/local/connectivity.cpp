#include "harness/live/local/connectivity.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

using std::chrono::steady_clock;

// Descriptors are limited, and so is what a listening socket's queue holds.
constexpr std::size_t at_once = 1000;

struct Attempt {
  const ProbePair* pair;
  Descriptor handle;
  bool pending = false;
  std::string why;  // empty: connected, once it is not pending
};

Attempt open_attempt(const ProbePair& pair) {
  Attempt attempt{&pair, Descriptor(), false, ""};
  const auto open = [&] {
    attempt.handle = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  };
  if (pair.space == nullptr)
    open();
  else
    pair.space->inside(open);
  if (!attempt.handle.is_open())
    throw EnvironmentError("cannot open", fmt::format("a socket on {}", pair.from), errno);
  sockaddr_in target{};
  target.sin_family = AF_INET;
  target.sin_port = htons(pair.address.port);
  ::inet_pton(AF_INET, pair.address.ip.c_str(), &target.sin_addr);
  if (::connect(attempt.handle.get(), reinterpret_cast<sockaddr*>(&target), sizeof target) != 0) {
    attempt.pending = errno == EINPROGRESS;
    if (!attempt.pending) attempt.why = std::strerror(errno);
  }
  return attempt;
}

void settle(Attempt& attempt) {
  int error = 0;
  socklen_t size = sizeof error;
  ::getsockopt(attempt.handle.get(), SOL_SOCKET, SO_ERROR, &error, &size);
  attempt.pending = false;
  if (error != 0) attempt.why = std::strerror(error);
}

void wait_for(std::vector<Attempt>& attempts, std::chrono::milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (true) {
    std::vector<pollfd> sources;
    std::vector<Attempt*> waiting;
    for (Attempt& attempt : attempts) {
      if (!attempt.pending) continue;
      sources.push_back({attempt.handle.get(), POLLOUT, 0});
      waiting.push_back(&attempt);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
    if (waiting.empty() || left.count() <= 0) break;
    ::poll(sources.data(), sources.size(), static_cast<int>(left.count()));
    for (std::size_t i = 0; i < waiting.size(); ++i)
      if (sources[i].revents != 0) settle(*waiting[i]);
  }
  for (Attempt& attempt : attempts)
    if (attempt.pending) attempt.why = fmt::format("no answer within {} ms", patience.count());
}

}  // namespace

Connectivity measure_connectivity(const std::vector<ProbePair>& pairs,
                                  std::chrono::milliseconds patience) {
  Connectivity result;
  result.pairs = pairs.size();
  for (std::size_t start = 0; start < pairs.size(); start += at_once) {
    std::vector<Attempt> attempts;
    const std::size_t count = std::min(at_once, pairs.size() - start);
    for (const ProbePair& pair : std::span(pairs).subspan(start, count))
      attempts.push_back(open_attempt(pair));
    wait_for(attempts, patience);
    for (const Attempt& attempt : attempts)
      if (!attempt.why.empty())
        result.broken.push_back({attempt.pair->from, attempt.pair->to, attempt.why});
  }
  return result;
}

Descriptor open_socket_here() {
  Descriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (socket.is_open()) return socket;
  throw EnvironmentError("cannot open", "a client's socket", errno,
                         errno == EMFILE ? "raise the limit with `ulimit -n`" : "");
}

}  // namespace faultrig::live
