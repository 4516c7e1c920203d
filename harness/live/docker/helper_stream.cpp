#include "harness/live/docker/helper_stream.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <utility>

#include "harness/errors.hpp"
#include "harness/live/docker/meeting.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::size_t longest_said = 500;

}  // namespace

HelperStream::HelperStream(Container helper, std::string where)
    : helper_(std::move(helper)), where_(std::move(where)), stream_(helper_.attach(true)) {
  const int number = stream_.socket.get();
  ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
}

void HelperStream::write(std::string_view bytes, milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  while (!bytes.empty()) {
    const ssize_t size = ::send(stream_.socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (size > 0) {
      bytes.remove_prefix(static_cast<std::size_t>(size));
    } else if (errno == EAGAIN) {
      if (!await_socket(stream_.socket, POLLOUT, deadline)) {
        throw EnvironmentError("lost", where_ + ": the engine takes nothing any more", 0,
                               "see the engine's log");
      }
    } else if (errno != EINTR) {
      tell_end();
    }
  }
}

std::string HelperStream::read(milliseconds patience) {
  std::array<char, 65536> chunk;
  std::string bytes = std::exchange(stream_.first, "");
  if (bytes.empty()) {
    if (!await_socket(stream_.socket, POLLIN, steady_clock::now() + patience)) return "";
    const ssize_t size = ::read(stream_.socket.get(), chunk.data(), chunk.size());
    if (size < 0 && (errno == EAGAIN || errno == EINTR)) return "";
    if (size <= 0) tell_end();
    bytes.assign(chunk.data(), static_cast<std::size_t>(size));
  }
  std::string output;
  if (!frames_.take(bytes, output))
    throw EnvironmentError("cannot understand", "what the engine sends of " + where_, EPROTO);
  // Until it greets it says only why it cannot.
  if (!is_up_ && said_.size() < longest_said && output.find('\x01') == std::string::npos)
    said_ += output;
  return output;
}

void HelperStream::tell_end() const {
  const ContainerState state = helper_.state();
  std::string what =
      state.running ? "the engine let go of it" : "it ended with " + how_it_ended(state);
  if (!said_.empty()) what += fmt::format(", having said: {}", said_);
  throw EnvironmentError("lost", fmt::format("{}: {}", where_, what), 0,
                         "it holds the network of its node, which is cut off without it; was it "
                         "killed? see the engine's log");
}

}  // namespace faultrig::live
