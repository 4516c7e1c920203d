#include "harness/live/docker/node_runner.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>

#include "harness/errors.hpp"

namespace faultrig::live {
namespace {

using std::chrono::seconds;

constexpr auto kill_patience = seconds(2);
// The engine sends the last of a container's output soon after its end.
constexpr auto log_patience = seconds(5);

}  // namespace

void NodeRunner::start() {
  status();
  if (is_up()) throw std::logic_error("node " + name_ + " runs already");
  if (was_started_) {
    container_.await_end();
    logs_.await_end(name_, log_patience);
  }
  Descriptor log(::open(log_.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
  if (!log.is_open()) throw EnvironmentError("cannot open", log_.string(), errno);
  logs_.add(name_, container_.attach(), std::move(log));
  container_.start();
  was_started_ = true;
  if (sees_processes_) process_ = ContainerProcess::of(container_, name_);
  state_ = NodeState::running;
  was_silent_ = false;
  how_.clear();
  if (sees_processes_ && process_.has_ended()) note_end();
}

int NodeRunner::count() const {
  return sees_processes_ ? process_.count() : container_.count_processes();
}

int NodeRunner::kill() {
  int ended = 0;
  status();
  // Where its process cannot be seen, its end may not have been told yet.
  if (is_up() && !sees_processes_ && !container_.state().running) note_end();
  if (is_up()) {
    ended = std::max(1, count());
    kill_container();
  }
  process_ = ContainerProcess();
  state_ = NodeState::stopped;
  return ended;
}

// A signal takes milliseconds, where the engine takes a tenth of a second; it will notice. But only
// the engine can wake what it has frozen, which it does once the signal is there.
void NodeRunner::kill_container() {
  const bool by_signal = sees_processes_ && state_ != NodeState::paused;
  if (!by_signal || !process_.kill_and_wait(kill_patience)) container_.kill();
}

int NodeRunner::pause() {
  status();
  if (!is_up()) return 0;
  container_.pause();  // or it was paused already: what counts is what is seen
  if (!container_.state().paused) {
    if (status().state == NodeState::exited) return 0;
    throw EnvironmentError("cannot pause", "node " + name_, 0,
                           "the Docker engine did it without effect: see its log");
  }
  state_ = NodeState::paused;
  return count();
}

int NodeRunner::resume() {
  status();
  if (!is_up()) return 0;
  container_.resume();
  if (container_.state().paused)
    throw EnvironmentError("cannot resume", "node " + name_, 0, "see the Docker engine's log");
  state_ = NodeState::running;
  return count();
}

NodeStatus NodeRunner::status() {
  if (is_up() && sees_processes_ && process_.has_ended()) {
    note_end();
  } else if (is_up() && !logs_.flows(name_) && !(sees_processes_ && was_silent_)) {
    expect_engine();
  }
  return {state_, how_};
}

void NodeRunner::note_end() {
  how_ = how_it_ended(container_.await_end());
  state_ = NodeState::exited;
  process_ = ContainerProcess();
  logs_.await_end(name_, log_patience);  // its last words say why
}

// The output of a node that runs ends when the node closes it, or when the engine is gone; the
// latter throws here.
void NodeRunner::expect_engine() {
  if (container_.state().running)
    was_silent_ = true;
  else
    note_end();
}

void NodeRunner::end() {
  if (sees_processes_) return process_.kill();
  try {
    if (is_up()) container_.kill();
  } catch (const EnvironmentError&) {  // whoever removes the containers tries again
  }
}

}  // namespace faultrig::live
