#include "harness/run_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig {
namespace {

constexpr Duration trace_interval = std::chrono::milliseconds(20);
constexpr Duration deaths_interval = std::chrono::milliseconds(200);
constexpr Duration clocks_interval = std::chrono::milliseconds(10);
constexpr Duration reading_interval = std::chrono::milliseconds(250);
constexpr Duration progress_interval = std::chrono::milliseconds(250);

// True at most once an interval.
bool is_due(Time& next, Time now, Duration interval) {
  if (now < next) return false;
  next = now + interval;
  return true;
}

}  // namespace

void RunWatch::begin_phase(std::string name, Time ends) {
  phase_ = std::move(name);
  phase_ends_ = ends;
  next_progress_ = parts_.driver.now() + progress_interval;
  show_progress(nullptr);
}

void RunWatch::note(const EnvironmentError& error) {
  if (record_.environment_error.empty()) {
    record_.environment_error = error.what();
    if (stopped_.empty()) stopped_ = error.what();
  } else if (record_.environment_error != error.what()) {
    record_.warnings.emplace_back(error.what());
  }
}

std::string RunWatch::look(const HistoryRecorder* history) {
  const Time now = parts_.driver.now();
  try {
    if (is_due(next_trace_, now, trace_interval)) poll_trace();
    if (is_due(next_deaths_, now, deaths_interval)) poll_deaths();
    if (is_due(next_clocks_, now, clocks_interval)) poll_clocks();
  } catch (const EnvironmentError& error) {
    note(error);
  }
  if (is_due(next_progress_, now, progress_interval)) show_progress(history);
  if (history != nullptr && history->failure()) note(*history->failure());
  if (stopped_.empty() && callbacks_.should_stop) {
    stopped_ = callbacks_.should_stop();
    record_.interrupted = stopped_;
  }
  return stopped_;
}

std::string RunWatch::look_for_enough(const HistoryRecorder* history) {
  const std::string stop = look(history);
  if (!stop.empty() || !callbacks_.has_seen_enough) return stop;
  record_.saw_enough = callbacks_.has_seen_enough();
  return record_.saw_enough;
}

void RunWatch::look_at_everything() {
  try {
    poll_trace();
    poll_deaths();
    poll_clocks();
  } catch (const EnvironmentError& error) {
    note(error);
  }
}

void RunWatch::look_at_trace() {
  try {
    poll_trace();
  } catch (const EnvironmentError& error) {
    note(error);
  }
}

void RunWatch::poll_trace() {
  for (const TraceEvent& event : parts_.cluster.new_trace()) {
    if (parts_.on_trace) parts_.on_trace(event);
  }
}

void RunWatch::poll_deaths() {
  for (NodeRecord& node : record_.nodes) {
    const NodeStatus status = parts_.cluster.status(node.name);
    const NodeState before = std::exchange(last_state_[node.name], status.state);
    const bool just_ended = status.state == NodeState::exited && before != NodeState::exited;
    if (!just_ended || is_held_down(node.name)) continue;
    const double seconds = static_cast<double>(parts_.driver.now().count()) / 1e9;
    node.deaths.push_back(fmt::format("{} at {:.1f} s", status.how, seconds));
  }
}

void RunWatch::poll_clocks() {
  std::pair<std::size_t, std::size_t> faults;
  for (const FaultRecord& fault : parts_.injector.records()) {
    if (fault.family != "clock") continue;
    ++faults.first;
    if (fault.ended) ++faults.second;
  }
  const bool has_changed = std::exchange(clock_faults_, faults) != faults;
  const bool is_in_force = faults.first > faults.second;
  const Time now = parts_.driver.now();
  if (!has_changed && !(is_in_force && now >= next_reading_)) return;
  ClockReading reading{now, {}};
  for (const NodeName& node : parts_.cluster.nodes()) {
    const NodeState state = parts_.cluster.status(node).state;
    // Nobody reads the clock of a node that is down.
    if (state == NodeState::running || state == NodeState::paused)
      reading.offsets.emplace(node, parts_.cluster.clock_offset(node));
  }
  next_reading_ = parts_.driver.now() + reading_interval;  // reading remote ones takes a while
  note_(reading);
  record_.clocks.push_back(std::move(reading));
}

bool RunWatch::is_held_down(const NodeName& node) const {
  const auto& faults = parts_.injector.records();
  return std::any_of(faults.begin(), faults.end(), [&](const FaultRecord& fault) {
    return !fault.ended && holds_down(fault) &&
           std::find(fault.targets.begin(), fault.targets.end(), node) != fault.targets.end();
  });
}

void RunWatch::show_progress(const HistoryRecorder* history) {
  if (!callbacks_.progress) return;
  if (history != nullptr) {
    ok_ = history->ok();
    fail_ = history->fail();
    info_ = history->info();
  }
  RunProgress progress{phase_, parts_.driver.now(), phase_ends_, ok_, fail_, info_, {}};
  for (const FaultRecord& fault : parts_.injector.records()) {
    if (!fault.ended) progress.faults.push_back(fault.kind);
  }
  callbacks_.progress(progress);
}

}  // namespace faultrig
