#include "targets/host/host.hpp"

#include <fmt/format.h>

#include <boost/asio.hpp>
#include <csignal>
#include <optional>

#include "harness/errors.hpp"
#include "targets/host/disk.hpp"
#include "targets/host/listener.hpp"
#include "targets/host/log_line.hpp"
#include "targets/host/peer_links.hpp"
#include "targets/host/trace_file.hpp"

namespace faultrig::host {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

template <typename... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};
template <typename... Cases>
Overloaded(Cases...) -> Overloaded<Cases...>;

std::map<NodeName, std::string> others(const HostOptions& options) {
  std::map<NodeName, std::string> result = options.peers;
  result.erase(options.self);
  return result;
}

std::set<NodeName> names(const std::map<NodeName, std::string>& peers) {
  std::set<NodeName> result;
  for (const auto& [name, address] : peers) result.insert(name);
  return result;
}

class Host {
 public:
  Host(std::unique_ptr<Node> node, const HostOptions& options)
      : node_(std::move(node)),
        options_(options),
        signals_(context_, SIGTERM, SIGINT),
        trace_(options.trace_file, options.self),
        disk_(options.self, options.data_folder,
              [this](std::vector<PersistId> ids) { on_disk_done(std::move(ids)); }) {}

  void run() {
    signals_.async_wait([this](error_code error, int) {
      if (error) return;
      log_line(options_.self, "ending on request: " + node_->describe());
      context_.stop();
    });
    // Listening comes first: a node that cannot must not touch the files of the one that does.
    listener_.emplace(context_, options_.self, names(others(options_)),
                      options_.peers.at(options_.self), [this](Message message) {
                        const MessageReceived received{std::move(message)};
                        step(received);
                      });
    trace_.add(now(), "host.start", Value::map({}));
    Start start;
    start.self = options_.self;
    for (const auto& [name, address] : options_.peers) start.nodes.push_back(name);
    start.disk = disk_.read_all();
    start.random = Random(options_.seed).fork(options_.self);
    links_.emplace(context_, options_.self, others(options_), options_.seed);
    step(start);
    context_.run();
  }

 private:
  struct Timer {
    explicit Timer(asio::io_context& context) : timer(context) {}
    asio::steady_timer timer;
    std::uint64_t setting = 0;  // a firing that was already queued when it was set anew is void
  };

  static NodeTime now() { return std::chrono::steady_clock::now().time_since_epoch(); }

  void step(const Input& input) {
    Effects effects;
    const NodeTime time = now();
    node_->step({time, std::chrono::system_clock::now().time_since_epoch()}, input, effects);
    // Before anything leaves: a kill in between must not hide what others are told.
    for (const Effect& effect : effects.all()) {
      const auto* trace = std::get_if<TraceEffect>(&effect);
      if (trace != nullptr) trace_.add(time, trace->event, trace->fields);
    }
    trace_.flush();
    for (const Effect& effect : effects.all()) {
      std::visit(Overloaded{
                     [this](const SendEffect& send) { perform(send); },
                     [this](const SetTimerEffect& set) { perform(set); },
                     [this](const CancelTimerEffect& cancel) { perform(cancel); },
                     [this](const DiskWrite& write) { disk_.submit(write); },
                     [](const TraceEffect&) {},
                 },
                 effect);
    }
  }

  void perform(const SendEffect& send) {
    const Message& message = send.message;
    if (links_->knows(message.dest)) {
      links_->send(message.dest, to_line(message));
    } else if (message.dest == options_.self) {
      asio::post(context_, [this, message] { step(MessageReceived{message}); });
    } else {
      listener_->send_to_client(message);
    }
  }

  void perform(const SetTimerEffect& set) {
    Timer& timer = timers_.try_emplace(set.timer, context_).first->second;
    const std::uint64_t setting = ++timer.setting;
    timer.timer.expires_after(set.after);
    timer.timer.async_wait([this, id = set.timer, setting](error_code error) {
      if (!error && timers_.at(id).setting == setting) step(TimerFired{id});
    });
  }

  void perform(const CancelTimerEffect& cancel) {
    const auto at = timers_.find(cancel.timer);
    if (at == timers_.end()) return;
    ++at->second.setting;
    at->second.timer.cancel();
  }

  // On the disk's thread.
  void on_disk_done(std::vector<PersistId> ids) {
    asio::post(context_, [this, ids = std::move(ids)] {
      for (const PersistId id : ids) step(Persisted{id});
    });
  }

  std::unique_ptr<Node> node_;
  HostOptions options_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  TraceFile trace_;
  std::map<TimerId, Timer> timers_;
  std::optional<Listener> listener_;
  std::optional<PeerLinks> links_;
  Disk disk_;  // last: its thread ends before what it reports to
};

}  // namespace

int run_host(std::unique_ptr<Node> node, const HostOptions& options) {
  try {
    if (!options.peers.contains(options.self)) {
      throw UsageError(fmt::format("node `{}` is not among the peers", options.self),
                       "the peers list every node, this one included");
    }
    Host(std::move(node), options).run();
    return 0;
  } catch (const std::exception& error) {
    log_line(options.self, error.what());
    return 1;
  }
}

}  // namespace faultrig::host
