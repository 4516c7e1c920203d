#include "harness/live/agent/serving.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <exception>
#include <optional>
#include <string_view>

#include "harness/errors.hpp"
#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

using std::chrono::steady_clock;

class Channel {
 public:
  Channel(int in, int out, std::chrono::milliseconds lease) : in_(in), out_(out), lease_(lease) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    asked_to_end_ = Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    for (const int number : {in_, out_})
      ::fcntl(number, F_SETFL, ::fcntl(number, F_GETFL) | O_NONBLOCK);
    renew();
  }

  // Empty when the control process is gone. A broken record is the end of it as well.
  std::optional<AgentMessage> read() {
    while (true) {
      try {
        if (std::optional<AgentMessage> message = reader_.next()) {
          renew();
          return message;
        }
      } catch (const EnvironmentError&) {
        return std::nullopt;
      }
      if (!wait(in_, POLLIN)) return std::nullopt;
      std::array<char, 65536> chunk;
      const ssize_t size = ::read(in_, chunk.data(), chunk.size());
      if (size == 0 || (size < 0 && errno != EAGAIN && errno != EINTR)) return std::nullopt;
      if (size > 0) reader_.append({chunk.data(), static_cast<std::size_t>(size)});
    }
  }

  // False when the control process is gone. What it took to answer was no silence.
  bool write(std::string_view bytes) {
    renew();
    while (!bytes.empty()) {
      const ssize_t size = ::write(out_, bytes.data(), bytes.size());
      if (size > 0) {
        bytes.remove_prefix(static_cast<std::size_t>(size));
      } else if (size < 0 && errno == EAGAIN) {
        if (!wait(out_, POLLOUT)) return false;
      } else if (size < 0 && errno != EINTR) {
        return false;
      }
    }
    return true;
  }

 private:
  void renew() { ends_ = steady_clock::now() + lease_; }

  // False when the lease has run out or we are to end.
  bool wait(int number, short events) const {
    while (true) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(ends_ - steady_clock::now());
      if (left.count() <= 0) return false;
      pollfd sources[] = {{number, events, 0}, {asked_to_end_.get(), POLLIN, 0}};
      const int ready = ::poll(sources, 2, static_cast<int>(left.count()));
      if (ready < 0 && errno != EINTR) return false;
      if (ready > 0) return sources[1].revents == 0;
    }
  }

  int in_;
  int out_;
  std::chrono::milliseconds lease_;
  Descriptor asked_to_end_;
  AgentReader reader_{true};
  steady_clock::time_point ends_;
};

}  // namespace

AgentMessage answer_or_refusal(const std::function<AgentMessage()>& answer) {
  try {
    return answer();
  } catch (const EnvironmentError& error) {
    return refusal(error);
  } catch (const std::exception& error) {  // a request without the texts it needs
    return refusal({"cannot understand", fmt::format("a request ({})", error.what()), EPROTO});
  }
}

Parting serve_requests(const std::function<AgentMessage(const AgentMessage&)>& answer, int in,
                       int out, std::chrono::milliseconds lease) {
  Channel channel(in, out, lease);
  if (!channel.write(agent_greeting())) return Parting::gone;
  while (const std::optional<AgentMessage> request = channel.read()) {
    if (!channel.write(to_bytes(answer(*request)))) return Parting::gone;
    if (request->verb == AgentVerb::end) return Parting::told;
  }
  return Parting::gone;
}

}  // namespace faultrig::live
