#include "harness/sim/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace faultrig::sim {
namespace {

// Every machine was switched on at some time of its own.
NodeTime epoch_of(Random random) {
  return random.between(NodeTime(std::chrono::minutes(1)), NodeTime(std::chrono::hours(100)));
}

std::uint64_t digest_of(const Input& input) {
  TraceDigest digest;
  digest.fold(static_cast<std::uint64_t>(input.index()));
  if (const auto* received = std::get_if<MessageReceived>(&input)) digest.fold(received->message);
  if (const auto* fired = std::get_if<TimerFired>(&input)) digest.fold(std::uint64_t{fired->timer});
  if (const auto* done = std::get_if<Persisted>(&input)) digest.fold(done->id);
  if (const auto* start = std::get_if<Start>(&input)) {
    for (const auto& [name, bytes] : start->disk) digest.fold(std::string_view(bytes));
  }
  return digest.value();
}

std::uint64_t digest_of(const Effects& effects) {
  TraceDigest digest;
  for (const Effect& effect : effects.all()) digest.fold(effect);
  return digest.value();
}

}  // namespace

Simulation::Simulation(const SimulatedTarget& target, SimulationSettings settings)
    : target_(target),
      settings_(std::move(settings)),
      random_(Random(settings_.seed, settings_.recording).fork("simulation")),
      network_(2 * settings_.nodes.size(), random_.fork("network").next(), settings_.network) {
  const std::size_t count = settings_.nodes.size();
  if (count == 0) throw std::logic_error("a simulation needs at least one node");
  machines_.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    names_.push_back(fmt::format("n{}", i + 1));
    const Random own = random_.fork(names_.back());
    machines_.emplace_back(names_.back(), Clock(epoch_of(own.fork("epoch"))),
                           Disk(settings_.disk, own.fork("disk")));
    target_.make_node(settings_.nodes[i]);  // refuses bad settings before anything happens
  }
  states_.resize(count);
  if (target_.make_observer) observer_ = target_.make_observer(settings_.nodes.front());
  clients_.resize(settings_.clients);
  for (std::size_t i = 0; i < clients_.size(); ++i) {
    clients_[i].machine = static_cast<Endpoint>(count + i % count);
  }
}

void Simulation::advance(Time limit) {
  while (!queue_.empty() && queue_.front().at <= limit) {
    if (!results_.empty() && queue_.front().at > now_) return;
    const Scheduled event = queue_.take();
    now_ = std::max(now_, event.at);
    ++events_;
    dispatch(event);
  }
  if (results_.empty()) now_ = std::max(now_, limit);
}

void Simulation::dispatch(const Scheduled& event) {
  switch (event.what) {
    case Happening::packet:
      return on_packet(event);
    case Happening::deadline:
      return on_deadline(event);
    case Happening::timer:
      return on_timer(event);
    case Happening::persisted: {
      Machine& machine = machines_[event.who];
      if (machine.life != event.life) return;
      // The disk goes on while the process is paused; only its answer waits.
      machine.disk.sync_done(event.which);
      if (machine.state == NodeState::paused) {
        machine.held.push_back(event);
        return;
      }
      return step(event.who, Persisted{event.which});
    }
  }
}

// --- nodes ---

void Simulation::start(std::size_t node) {
  Machine& machine = machines_[node];
  if (machine.node != nullptr) return;
  machine.node = target_.make_node(settings_.nodes[node]);
  machine.state = NodeState::running;
  machine.has_power = true;
  machine.how.clear();
  machine.contract.restarted();
  machine.trace_lines = 0;
  keep_trace(machine, life_begins, Value::map({}));
  states_[node] = machine.node.get();
  Start input;
  input.self = machine.name;
  input.nodes = names_;
  input.disk = machine.disk.image();
  input.random = random_.fork(machine.name).fork(std::uint64_t{machine.life});
  step(node, input);
}

// Whatever was on its way to this life of the process finds nobody.
void Simulation::end_process(std::size_t node) {
  Machine& machine = machines_[node];
  machine.node.reset();
  machine.effects.clear();
  machine.how.clear();
  states_[node] = nullptr;
  machine.timers.clear();
  for (const Scheduled& event : machine.held) {
    if (event.what == Happening::packet) free_slots_.push_back(event.which);
  }
  machine.held.clear();
  ++machine.life;
  machine.state = NodeState::stopped;
}

bool Simulation::kill(std::size_t node) {
  if (machines_[node].node == nullptr) {
    machines_[node].state = NodeState::stopped;
    machines_[node].how.clear();
    return false;
  }
  tell_clients_closed(node);
  end_process(node);
  machines_[node].disk.crash(now_);
  return true;
}

PowerLoss Simulation::power_off(std::size_t node) {
  const bool was_running = machines_[node].node != nullptr;
  end_process(node);
  machines_[node].has_power = false;
  PowerLoss loss = machines_[node].disk.lose_power(now_);
  loss.processes = was_running ? 1 : 0;
  return loss;
}

void Simulation::die(std::size_t node, std::string how) {
  tell_clients_closed(node);
  end_process(node);
  machines_[node].disk.crash(now_);
  machines_[node].state = NodeState::exited;
  machines_[node].how = std::move(how);
}

bool Simulation::pause(std::size_t node) {
  if (machines_[node].state != NodeState::running) return false;
  machines_[node].state = NodeState::paused;
  return true;
}

bool Simulation::resume(std::size_t node) {
  Machine& machine = machines_[node];
  if (machine.state != NodeState::paused) return false;
  machine.state = NodeState::running;
  for (const Scheduled& event : std::exchange(machine.held, {})) {
    if (event.what == Happening::persisted) {
      if (machine.life == event.life) step(node, Persisted{event.which});
    } else {
      dispatch(event);
    }
  }
  return true;
}

NodeStatus Simulation::status(std::size_t node) const {
  return {machines_[node].state, machines_[node].how};
}

void Simulation::set_clock(std::size_t node, const ClockSetting& setting) {
  Machine& machine = machines_[node];
  machine.clock.set(setting, now_);
  for (TimerId id = 0; id < machine.timers.size(); ++id) {
    if (machine.timers[id].is_set) queue_timer(node, id);
  }
}

void Simulation::set_rule(Endpoint from, Endpoint to, const LinkRule& rule) {
  const Network::Released released = network_.set_rule(from, to, rule, now_);
  for (const PacketSlot slot : released.slots) {
    queue_.add(released.at, Happening::packet, 0, 0, slot);
  }
}

// --- timers ---

void Simulation::set_timer(std::size_t node, TimerId id, std::chrono::nanoseconds after) {
  Machine& machine = machines_[node];
  if (id >= machine.timers.size()) machine.timers.resize(id + 1);
  Timer& timer = machine.timers[id];
  timer.due = machine.clock.monotonic(now_) + after;
  const bool is_queued_early_enough =
      timer.is_set && timer.queued_for <= machine.clock.when(timer.due);
  timer.is_set = true;
  // One event waits for a timer: a timer that is put off, as most are, costs nothing until then.
  if (!is_queued_early_enough) queue_timer(node, id);
}

void Simulation::queue_timer(std::size_t node, TimerId id) {
  Machine& machine = machines_[node];
  Timer& timer = machine.timers[id];
  timer.queued_for = std::max(now_, machine.clock.when(timer.due));
  queue_.add(timer.queued_for, Happening::timer, static_cast<std::uint32_t>(node), machine.life,
             (std::uint64_t{id} << 32) | (++timer.setting & 0xffffffff));
}

void Simulation::on_timer(const Scheduled& event) {
  Machine& machine = machines_[event.who];
  const auto id = static_cast<TimerId>(event.which >> 32);
  if (machine.life != event.life || id >= machine.timers.size()) return;
  Timer& timer = machine.timers[id];
  if (!timer.is_set || (timer.setting & 0xffffffff) != (event.which & 0xffffffff)) return;
  if (machine.clock.monotonic(now_) < timer.due) return queue_timer(event.who, id);
  if (machine.state == NodeState::paused) {
    machine.held.push_back(event);
    return;
  }
  timer.is_set = false;
  step(event.who, TimerFired{id});
}

// --- steps ---

void Simulation::step(std::size_t node, const Input& input) {
  Machine& machine = machines_[node];
  if (machine.node == nullptr) return;
  ++steps_;
  Effects& effects = machine.effects;
  if (!effects.all().empty()) {
    effects.clear();
    breach(node, "an effect came outside of any step");
  }
  try {
    machine.node->step(machine.clock.read(now_), input, effects);
  } catch (const std::exception& error) {
    return die(node, fmt::format("it threw at step {}: {}", steps_, error.what()));
  }
  if (settings_.recording != nullptr) {
    settings_.recording->on_step(
        {now_, static_cast<std::uint32_t>(node), digest_of(input), digest_of(effects)});
  }
  if (const std::string what = machine.contract.breach(effects); !what.empty()) {
    breach(node, what);
    return die(node, fmt::format("it broke the node contract at step {}: {}", steps_, what));
  }
  if (observer_ != nullptr) {
    observer_->after_step(node, states_);
    note_violations(node);
  }
  digest_.fold(static_cast<std::uint64_t>(now_.count()));
  digest_.fold(static_cast<std::uint64_t>(node));
  // A step within a step cannot be: what is performed here is only scheduled.
  for (const Effect& effect : effects.all()) {
    digest_.fold(effect);
    perform(node, effect);
  }
  effects.clear();
}

void Simulation::perform(std::size_t node, const Effect& effect) {
  Machine& machine = machines_[node];
  if (const auto* send = std::get_if<SendEffect>(&effect)) {
    send_from_node(node, *send);
  } else if (const auto* set = std::get_if<SetTimerEffect>(&effect)) {
    set_timer(node, set->timer, set->after);
  } else if (const auto* cancel = std::get_if<CancelTimerEffect>(&effect)) {
    if (cancel->timer < machine.timers.size()) machine.timers[cancel->timer].is_set = false;
  } else if (const auto* write = std::get_if<DiskWrite>(&effect)) {
    if (const std::optional<Time> done = machine.disk.submit(*write, now_)) {
      queue_.add(*done, Happening::persisted, static_cast<std::uint32_t>(node), machine.life,
                 write->id);
    }
  } else if (const auto* trace = std::get_if<TraceEffect>(&effect)) {
    keep_trace(machine, trace->event, trace->fields);
  }
}

// As targets/host/trace_file writes them; the numbers only where somebody looks at all lines.
void Simulation::keep_trace(Machine& machine, const std::string& event, const Value& fields) {
  if (settings_.keeps_all_trace) {
    Value::Map line = fields.as_map();
    line.emplace_back("t", machine.clock.monotonic(now_).count());
    line.emplace_back("node", machine.name);
    line.emplace_back("seq", ++machine.trace_lines);
    line.emplace_back("event", event);
    trace_.push_back({machine.name, event, Value(std::move(line))});
  } else if (event == settings_.kept_trace_event) {
    trace_.push_back({machine.name, event, fields});
  }
}

// --- what is wrong with the target ---

void Simulation::note_violations(std::size_t node) {
  const std::vector<Violation>& seen = observer_->violations();
  for (; known_violations_ < seen.size(); ++known_violations_) {
    violations_.push_back({seen[known_violations_], now_, names_[node], steps_});
  }
}

void Simulation::at_rest() {
  if (observer_ == nullptr) return;
  observer_->at_rest(states_);
  note_violations(0);
}

void Simulation::breach(std::size_t node, const std::string& what) {
  const Violation violation{"node-contract",
                            fmt::format("{} at step {}: {}", names_[node], steps_, what)};
  violations_.push_back({violation, now_, names_[node], steps_});
}

}  // namespace faultrig::sim
