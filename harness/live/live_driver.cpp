#include "harness/live/live_driver.hpp"

#include <fmt/format.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <stdexcept>

#include "harness/live/rpc_client.hpp"

namespace faultrig::live {
namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

// How often should_stop is asked when nothing happens.
constexpr auto longest_wait = std::chrono::milliseconds(100);

Completion completion_of(const ClientCodec& codec, const Invocation& invocation,
                         const RpcResult& result) {
  struct Visitor {
    const ClientCodec& codec;
    const Invocation& invocation;
    Completion operator()(const Value& body) const { return codec.reply(invocation, body); }
    Completion operator()(const RpcFailure& failure) const {
      return completion_of_failure(codec, invocation, failure.failure, failure.detail);
    }
    Completion operator()(const RpcMalformed& malformed) const {
      const bool certain = codec.is_idempotent(invocation);
      return {certain ? Outcome::fail : Outcome::info, Value(),
              fmt::format("malformed: {}", malformed.what)};
    }
  };
  return std::visit(Visitor{codec, invocation}, result);
}

class LiveDriver : public Driver {
 public:
  LiveDriver(ClientNetwork& network, std::chrono::milliseconds timeout)
      : network_(network), timeout_(timeout) {}

  Time now() override { return steady_clock::now() - start_; }

  std::string drive(Interpreter& interpreter, const ClientCodec& codec, FaultInjector& injector,
                    const std::function<std::string()>& should_stop) override {
    const Forgetting forgetting{*this};
    while (true) {
      loop_.poll();  // completions before invocations
      if (const std::string why = should_stop ? should_stop() : ""; !why.empty()) {
        forget_requests();
        interpreter.abandon(why, now());
        return why;
      }
      const Command command = interpreter.next(now());
      if (std::holds_alternative<DoneCommand>(command)) return "";
      if (const auto* invoke = std::get_if<InvokeCommand>(&command))
        start(*invoke, interpreter, codec, injector);
      else
        wait(std::get<WaitCommand>(command).until);
    }
  }

 private:
  // Requests in flight refer to the arguments of drive() and must not outlive it, also when it is
  // left by an exception.
  struct Forgetting {
    LiveDriver& driver;
    ~Forgetting() { driver.forget_requests(); }
  };

  void start(const InvokeCommand& command, Interpreter& interpreter, const ClientCodec& codec,
             FaultInjector& injector) {
    const Invocation& invocation = command.invocation;
    if (invocation.worker == nemesis_worker) {
      const Completion completion = injector.apply(invocation, now());
      interpreter.complete(nemesis_worker, completion, now());
      return;
    }
    Client& client = client_of(invocation.worker);
    if (command.fresh_client) client.rpc.disconnect();
    client.in_flight = true;
    const auto done = [this, &client, &interpreter, &codec, invocation](const RpcResult& result) {
      client.in_flight = false;
      interpreter.complete(invocation.worker, completion_of(codec, invocation, result), now());
    };
    client.rpc.call(invocation.process, invocation.node, codec.request(invocation), done);
  }

  void wait(std::optional<Time> until) {
    auto wake = steady_clock::now() + longest_wait;
    if (until) wake = std::min(wake, start_ + std::chrono::ceil<steady_clock::duration>(*until));
    // A timer that runs out too early costs one turn of the loop; moving it costs one as well.
    if (!timer_runs_ || timer_.expiry() > wake) {
      timer_runs_ = true;
      timer_.expires_at(wake);
      timer_.async_wait([this](boost::system::error_code error) {
        if (!error) timer_runs_ = false;
      });
    }
    loop_.run_one();
  }

  void forget_requests() {
    for (auto& [worker, client] : clients_) {
      if (client.in_flight) client.rpc.disconnect();
      client.in_flight = false;
    }
  }

  struct Client {
    Client(asio::io_context& loop, ClientNetwork& network, WorkerId worker,
           std::chrono::milliseconds timeout)
        : rpc(loop, network, worker, timeout) {}
    RpcClient rpc;
    bool in_flight = false;
  };
  Client& client_of(WorkerId worker) {
    return clients_.try_emplace(worker, loop_, network_, worker, timeout_).first->second;
  }

  const steady_clock::time_point start_ = steady_clock::now();
  ClientNetwork& network_;
  const std::chrono::milliseconds timeout_;
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(loop_);
  asio::steady_timer timer_{loop_};
  bool timer_runs_ = false;
  std::map<WorkerId, Client> clients_;
};

}  // namespace

std::unique_ptr<Driver> make_live_driver(ClientNetwork& network,
                                         std::chrono::milliseconds timeout) {
  return std::make_unique<LiveDriver>(network, timeout);
}

}  // namespace faultrig::live
