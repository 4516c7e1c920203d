#include "harness/interpreter.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace faultrig {
namespace {

// How long a generator that asks to be woken in the past has to wait: it must not spin.
constexpr Duration spin_guard = std::chrono::milliseconds(1);

EventType type_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::ok:
      return EventType::ok;
    case Outcome::fail:
      return EventType::fail;
    case Outcome::info:
      return EventType::info;
  }
  throw std::logic_error("an outcome that is none");
}

}  // namespace

Interpreter::Interpreter(GeneratorPtr generator, InterpreterOptions options, Random random,
                         EventSink on_event)
    : generator_(std::move(generator)),
      options_(std::move(options)),
      random_(random),
      on_event_(std::move(on_event)) {
  if (options_.workers < 1) throw std::logic_error("the interpreter needs at least one worker");
  if (options_.nodes.empty()) throw std::logic_error("the interpreter needs at least one node");
  workers_.resize(static_cast<std::size_t>(options_.workers));
  processes_ = std::make_shared<std::vector<ProcessId>>();
  std::vector<WorkerId> all;
  if (options_.has_nemesis) all.push_back(nemesis_worker);
  for (int id = 0; id < options_.workers; ++id) {
    workers_[static_cast<std::size_t>(id)].process = id;
    processes_->push_back(id);
    all.push_back(id);
  }
  all_ = Workers(std::move(all));
  nemesis_.process = nemesis_worker;
}

Command Interpreter::next(Time now) {
  // Nothing has happened since it was offered, so its time is all that it waited for.
  if (kept_) {
    if (kept_->operation.time > now) return WaitCommand{kept_->operation.time};
    Offered due = std::move(*kept_);
    kept_.reset();
    return start(std::move(due.operation), std::move(due.next), now);
  }
  const GeneratorContext situation = context(now);
  Offer offer = offer_of(generator_, situation);
  if (auto* offered = std::get_if<Offered>(&offer)) {
    if (offered->operation.time > now) {
      kept_ = std::move(*offered);
      return WaitCommand{kept_->operation.time};
    }
    return start(std::move(offered->operation), std::move(offered->next), now);
  }
  if (auto* pending = std::get_if<Pending>(&offer)) {
    if (pending->successor != nullptr) generator_ = std::move(pending->successor);
    if (pending->wake) return WaitCommand{*pending->wake > now ? *pending->wake : now + spin_guard};
    if (in_flight_ > 0) return WaitCommand{};
    throw std::logic_error(
        "the generator is pending, nothing is in flight, and it named no time to be asked again "
        "at: it would wait for ever");
  }
  generator_ = nullptr;  // exhausted once is exhausted for good
  if (in_flight_ > 0) return WaitCommand{};
  return DoneCommand{};
}

Command Interpreter::start(OfferedOperation offered, GeneratorPtr next, Time now) {
  Worker& slot = worker(offered.worker);
  if (slot.in_flight) {
    throw std::logic_error(
        fmt::format("the generator offered {} to worker {}, which is busy with {}", offered.f,
                    offered.worker, slot.in_flight->f));
  }
  std::string node;
  if (offered.worker != nemesis_worker) {
    node = options_.nodes[static_cast<std::size_t>(offered.worker) % options_.nodes.size()];
  }
  slot.in_flight = Invocation{offered.worker,           slot.process,
                              std::move(offered.f),     std::move(offered.key),
                              std::move(offered.value), std::move(node)};
  ++in_flight_;
  InvokeCommand command{*slot.in_flight, std::exchange(slot.fresh, false)};
  generator_ = std::move(next);
  publish(command.invocation, EventType::invoke, command.invocation.value, std::nullopt, now);
  return command;
}

void Interpreter::complete(WorkerId id, const Completion& completion, Time now) {
  Worker& slot = worker(id);
  if (!slot.in_flight) {
    throw std::logic_error(
        fmt::format("worker {} completed an operation but has none in flight", id));
  }
  const Invocation ended = std::move(*slot.in_flight);
  slot.in_flight.reset();
  --in_flight_;
  if (completion.outcome == Outcome::info && id != nemesis_worker) replace_process(id);
  publish(ended, type_of(completion.outcome), completion.value, completion.error, now);
}

void Interpreter::replace_process(WorkerId id) {
  Worker& slot = worker(id);
  slot.process += options_.workers;
  slot.fresh = true;
  // Contexts handed out keep the list they got.
  auto renumbered = std::make_shared<std::vector<ProcessId>>(*processes_);
  (*renumbered)[static_cast<std::size_t>(id)] = slot.process;
  processes_ = std::move(renumbered);
}

void Interpreter::abandon(std::string_view why, Time now) {
  generator_ = nullptr;
  kept_.reset();
  const Completion cut_off{Outcome::info, Value(), fmt::format("cut off: {}", why)};
  for (WorkerId id : all_) {
    if (worker(id).in_flight) complete(id, cut_off, now);
  }
}

void Interpreter::continue_with(GeneratorPtr generator) {
  if (in_flight_ > 0) {
    throw std::logic_error(
        "the interpreter goes on with another generator only when nothing is in "
        "flight");
  }
  generator_ = std::move(generator);
  kept_.reset();
}

int Interpreter::in_flight() const { return in_flight_; }

Interpreter::Worker& Interpreter::worker(WorkerId id) {
  if (id == nemesis_worker && options_.has_nemesis) return nemesis_;
  if (id < 0 || id >= options_.workers) {
    throw std::logic_error(fmt::format("there is no worker {}", id));
  }
  return workers_[static_cast<std::size_t>(id)];
}

GeneratorContext Interpreter::context(Time now) {
  GeneratorContext situation;
  situation.now = now;
  situation.all = all_;
  situation.processes = processes_;
  situation.random = &random_;
  std::vector<WorkerId> free;
  free.reserve(all_.size());
  for (WorkerId id : all_) {
    if (!worker(id).in_flight) free.push_back(id);
  }
  situation.free = Workers(std::move(free));
  return situation;
}

void Interpreter::publish(const Invocation& invocation, EventType type, const Value& value,
                          const std::optional<std::string>& error, Time now) {
  kept_.reset();  // the generator may change its mind
  last_time_ = std::max(last_time_, now);
  const bool is_client = invocation.worker != nemesis_worker;
  const GeneratorEvent event{
      invocation.worker, Event{is_client ? next_index_ : -1, last_time_, invocation.process, type,
                               invocation.f, invocation.key, value, error, invocation.node}};
  if (is_client) {
    ++next_index_;
    on_event_(event.event);
  }
  if (generator_ != nullptr) generator_ = update_of(generator_, context(now), event);
}

}  // namespace faultrig
