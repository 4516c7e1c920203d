#include "harness/live/docker/log_pump.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/live/docker/log_frames.hpp"

namespace faultrig::live {
namespace {

struct Flow {
  Descriptor socket;
  Descriptor log;
  LogFrames frames;
};

// A log that cannot be written (a full disk) is not worth a run.
void append(const Descriptor& log, std::string_view text) {
  while (!text.empty()) {
    const ssize_t size = ::write(log.get(), text.data(), text.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(size));
  }
}

// False when what came is no output: there is no use in reading on.
bool take(Flow& flow, std::string_view bytes) {
  std::string output;
  const bool good = flow.frames.take(bytes, output);
  if (!good) output += "\n[the rest is no output of a container]\n";
  append(flow.log, output);
  return good;
}

// False at its end.
bool read_some(Flow& flow) {
  std::array<char, 65536> chunk;
  const ssize_t size = ::read(flow.socket.get(), chunk.data(), chunk.size());
  if (size < 0) return errno == EAGAIN || errno == EINTR;
  if (size == 0) return false;
  return take(flow, {chunk.data(), static_cast<std::size_t>(size)});
}

}  // namespace

class LogPump::Implementation {
 public:
  Implementation() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (!wake_.is_open()) throw EnvironmentError("cannot make", "an event descriptor", errno);
    thread_ = std::thread([this] { run(); });
  }
  ~Implementation() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake();
    thread_.join();
  }

  void add(const std::string& node, OutputStream output, Descriptor log) {
    // One that has nothing after all must not hold up the others.
    ::fcntl(output.socket.get(), F_SETFL, O_NONBLOCK);
    Flow flow{std::move(output.socket), std::move(log), {}};
    if (!take(flow, output.first)) return;
    {
      const std::lock_guard lock(mutex_);
      flows_[node] = std::move(flow);
    }
    wake();
  }

  bool flows(const std::string& node) const {
    const std::lock_guard lock(mutex_);
    return flows_.contains(node);
  }

  bool await_end(const std::string& node, std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return ended_.wait_for(lock, patience, [&] { return !flows_.contains(node); });
  }

 private:
  void wake() const {
    const std::uint64_t one = 1;
    (void)!::write(wake_.get(), &one, sizeof one);
  }

  void run() {
    while (true) {
      std::vector<pollfd> sources{{wake_.get(), POLLIN, 0}};
      std::vector<std::string> names;
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
        for (const auto& [name, flow] : flows_) {
          sources.push_back({flow.socket.get(), POLLIN, 0});
          names.push_back(name);
        }
      }
      ::poll(sources.data(), sources.size(), -1);
      std::uint64_t count = 0;
      if (sources[0].revents != 0) (void)!::read(wake_.get(), &count, sizeof count);
      for (std::size_t i = 0; i < names.size(); ++i)
        if (sources[i + 1].revents != 0) carry(names[i]);
    }
  }

  void carry(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto flow = flows_.find(name);
    if (read_some(flow->second)) return;
    flows_.erase(flow);
    ended_.notify_all();
  }

  Descriptor wake_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::map<std::string, Flow> flows_;  // only the thread removes
  bool stopping_ = false;
  std::thread thread_;
};

LogPump::LogPump() : implementation_(std::make_unique<Implementation>()) {}
LogPump::~LogPump() = default;
void LogPump::add(const std::string& node, OutputStream output, Descriptor log) {
  implementation_->add(node, std::move(output), std::move(log));
}
bool LogPump::flows(const std::string& node) const { return implementation_->flows(node); }
bool LogPump::await_end(const std::string& node, std::chrono::milliseconds patience) {
  return implementation_->await_end(node, patience);
}

}  // namespace faultrig::live
