// Drives an interpreter in virtual time. Completions of one instant are given in before anything
// new is asked for, so that nothing looks concurrent that was not.
#include <fmt/format.h>

#include "harness/sim/sim_cluster.hpp"

namespace faultrig::sim {
namespace {

// How long nobody looks at the run while nothing ends: trace lines are read then.
constexpr Duration longest_wait = std::chrono::milliseconds(20);

Completion completion_of(const ClientCodec& codec, const Invocation& invocation,
                         const ClientResult& result) {
  if (const auto* body = std::get_if<Value>(&result.outcome)) return codec.reply(invocation, *body);
  const auto& failure = std::get<ClientResult::Failure>(result.outcome);
  return completion_of_failure(codec, invocation, failure.failure, failure.detail);
}

}  // namespace

std::string SimDriver::drive(Interpreter& interpreter, const ClientCodec& codec,
                             FaultInjector& injector,
                             const std::function<std::string()>& should_stop) {
  Time asleep_until{};  // the interpreter has nothing to start before, unless something ends
  while (true) {
    if (const std::string why = should_stop ? should_stop() : ""; !why.empty()) {
      for (std::size_t worker = 0; worker < asked_.size(); ++worker) {
        if (asked_[worker]) simulation_.disconnect(static_cast<WorkerId>(worker));
        asked_[worker].reset();
      }
      interpreter.abandon(why, now());
      return why;
    }
    if (now() >= asleep_until) {
      const Command command = interpreter.next(now());
      if (std::holds_alternative<DoneCommand>(command)) return "";
      if (const auto* invoke = std::get_if<InvokeCommand>(&command)) {
        start(*invoke, interpreter, codec, injector);
        continue;
      }
      asleep_until = std::get<WaitCommand>(command).until.value_or(Time::max());
    }
    simulation_.advance(std::min(asleep_until, now() + longest_wait));
    if (simulation_.has_results()) {
      complete(interpreter, codec);
      asleep_until = Time{};
    }
  }
}

void SimDriver::start(const InvokeCommand& command, Interpreter& interpreter,
                      const ClientCodec& codec, FaultInjector& injector) {
  const Invocation& invocation = command.invocation;
  if (invocation.worker == nemesis_worker) {
    interpreter.complete(nemesis_worker, injector.apply(invocation, now()), now());
    return;
  }
  const auto worker = static_cast<std::size_t>(invocation.worker);
  if (worker >= asked_.size()) asked_.resize(worker + 1);
  if (command.fresh_client) simulation_.disconnect(invocation.worker);
  asked_[worker] = invocation;
  simulation_.request(invocation.worker, fmt::format("c{}", invocation.process),
                      simulation_.node_named(invocation.node).value(), codec.request(invocation));
}

void SimDriver::complete(Interpreter& interpreter, const ClientCodec& codec) {
  for (const ClientResult& result : simulation_.take_results()) {
    auto& asked = asked_[static_cast<std::size_t>(result.worker)];
    const Invocation invocation = std::move(*asked);
    asked.reset();
    interpreter.complete(result.worker, completion_of(codec, invocation, result), now());
  }
}

}  // namespace faultrig::sim
