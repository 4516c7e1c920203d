// The one scheduler of a run, as a state machine: it asks the generator, hands out invocations,
// takes completions, and writes every event. It has no clock and does no I/O; a driver (live or
// simulated) owns both.
//
// Rules (Jepsen's interpreter, restated): completions are given in before new invocations are asked
// for, so that nothing looks concurrent that was not; a worker whose operation ended in info goes
// on under a new process id (old id + number of client workers) with a fresh client; worker w
// speaks to node w modulo the number of nodes; an operation offered for later waits until its time
// or until an event makes the generator change its mind.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "harness/generator.hpp"

namespace faultrig {

struct InterpreterOptions {
  int workers = 1;                 // client workers, at least 1
  std::vector<std::string> nodes;  // at least 1
  bool has_nemesis = true;
};

// Run this now. `fresh_client`: the process is new, drop the old connection first.
struct InvokeCommand {
  Invocation invocation;
  bool fresh_client = false;
};
// Nothing to start before `until`, or before a completion comes in; `until` empty: only
// completions.
struct WaitCommand {
  std::optional<Time> until;
};
// The generator is exhausted and nothing is in flight.
struct DoneCommand {};
using Command = std::variant<InvokeCommand, WaitCommand, DoneCommand>;

class Interpreter {
 public:
  // Client events go to `on_event` with dense indices and times that never decrease; nemesis
  // operations are not part of the history (their records are the fault injector's).
  using EventSink = std::function<void(const Event&)>;
  Interpreter(GeneratorPtr generator, InterpreterOptions options, Random random,
              EventSink on_event);

  // The next thing to do. An InvokeCommand counts as started: its invocation event is written.
  // Throws std::logic_error when the generator waits for what can never come.
  Command next(Time now);
  // Throws std::logic_error when the worker has nothing in flight (a driver's bug).
  void complete(WorkerId worker, const Completion& completion, Time now);
  // Ends what is in flight as info ("cut off: ..."), and the generator, for a run that is
  // interrupted.
  void abandon(std::string_view why, Time now);
  // Goes on with another generator after Done (or abandon): the phases of a run share one history
  // and one set of processes. Throws std::logic_error when something is in flight.
  void continue_with(GeneratorPtr generator);

  int in_flight() const;
  std::int64_t events_written() const { return next_index_; }

 private:
  struct Worker {
    ProcessId process = 0;
    bool fresh = true;
    std::optional<Invocation> in_flight;
  };
  Worker& worker(WorkerId id);
  GeneratorContext context(Time now);
  Command start(OfferedOperation offered, GeneratorPtr next, Time now);
  void replace_process(WorkerId id);
  // Writes the event of a client, and tells the generator of any.
  void publish(const Invocation& invocation, EventType type, const Value& value,
               const std::optional<std::string>& error, Time now);

  GeneratorPtr generator_;
  std::optional<Offered> kept_;  // for later; void as soon as anything happens
  InterpreterOptions options_;
  Random random_;
  EventSink on_event_;
  std::vector<Worker> workers_;
  Worker nemesis_;
  Workers all_;        // the nemesis first
  int in_flight_ = 0;  // the nemesis included
  std::shared_ptr<std::vector<ProcessId>> processes_;
  std::int64_t next_index_ = 0;
  Time last_time_{};
};

}  // namespace faultrig
