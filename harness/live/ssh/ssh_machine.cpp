#include "harness/live/ssh/ssh_machine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "harness/errors.hpp"
#include "harness/live/agent/clock_texts.hpp"
#include "harness/live/agent/link_shape.hpp"
#include "harness/live/spawn/wire.hpp"
#include "harness/wall_clock.hpp"

namespace faultrig::live {
namespace {

using std::chrono::steady_clock;

// What is uploaded is synced before, on hosts that may be reset.
constexpr std::chrono::milliseconds start_patience{30'000};

HostFacts facts_of(const AgentMessage& hello, const std::string& where) {
  if (hello.texts.size() != 7)
    throw EnvironmentError("cannot understand", "the agent on " + where, EPROTO);
  return {hello.texts[2], hello.texts[3], hello.texts[5], hello.texts[6]};
}

}  // namespace

SshMachine::SshMachine(Deployment deployment, const std::filesystem::path& trace,
                       const AgentTask& task)
    : deployment_(std::move(deployment)),
      trace_(deployment_.node, trace),
      agent_(std::make_unique<RemoteAgent>(task)) {}

void SshMachine::wait_until_up() {
  facts_ = facts_of(agent_->wait_until_up(), where());
  if (first_boot_.empty()) first_boot_ = facts_.boot;
}

AgentMessage SshMachine::set_up(AgentMessage request) {
  set_up_ = std::move(request);
  return agent_->ask(set_up_, start_patience);
}

// False while the host boots.
bool SshMachine::is_there() {
  if (is_off_ && agent_->is_up()) come_back();
  return !is_off_;
}

// It counts as back when all is as it is expected to be; until then whoever asks is told what
// stands in the way.
void SshMachine::come_back() {
  wait_until_up();
  agent_->ask(set_up_, start_patience);
  for (const auto& entry : imposed_) agent_->ask(entry.second);
  if (clock_ != ClockSetting{}) agent_->ask({AgentVerb::clock, 0, 0, to_texts(clock_now())});
  if (is_to_start_) start_program();
  is_to_start_ = false;
  is_off_ = false;
  longest_boot_ =
      std::max<std::chrono::duration<double>>(longest_boot_, steady_clock::now() - reset_at_);
}

void SshMachine::start() {
  if (is_there()) {
    start_program();
  } else {
    is_to_start_ = true;
  }
}

void SshMachine::start_program() {
  const NodeProgram& program = deployment_.program;
  agent_->ask({AgentVerb::start,
               0,
               0,
               {pack(program.command), pack(program.environment), deployment_.node_folder,
                std::to_string(program.since_boot.count())}},
              start_patience);
}

int SshMachine::order(AgentVerb verb) {
  if (is_there()) return static_cast<int>(agent_->ask({verb}).number);
  if (verb == AgentVerb::kill) is_to_start_ = false;
  return 0;
}

NodeStatus SshMachine::status() {
  is_there();
  return agent_->status();
}

// Stopped before, the node's processes are counted and say nothing that does not come here any
// more: what is missing of a trace would otherwise be taken for what never was.
PowerLoss SshMachine::power_off() {
  if (!is_there()) return {};  // there is nothing left to lose
  PowerLoss loss;
  loss.is_counted = false;
  for (auto& [place, count] : counted_) count = counters(place.first, place.second);
  loss.processes = order(AgentVerb::pause);
  try {
    agent_->reset();
  } catch (const EnvironmentError&) {
    order(AgentVerb::resume);
    throw;
  }
  is_off_ = true;
  is_to_start_ = false;
  reset_at_ = steady_clock::now();
  ++resets_;
  return loss;
}

void SshMachine::await_started() {
  if (is_there() || !is_to_start_) return;
  agent_->wait_until_up();
  come_back();
}

void SshMachine::set_clock(const ClockSetting& setting) {
  clock_ = setting;
  clock_set_ = steady_clock::now();
  if (is_there()) agent_->ask({AgentVerb::clock, 0, 0, to_texts(setting)});
}

// As it was set, gone on since.
ClockSetting SshMachine::clock_now() const {
  const std::chrono::nanoseconds passed = steady_clock::now() - clock_set_;
  ClockSetting now = clock_;
  now.offset -= passed;
  if (!now.frozen) now.offset += std::chrono::nanoseconds(stretched(passed.count(), now.drift_ppm));
  return now;
}

std::chrono::nanoseconds SshMachine::clock_offset() {
  return std::chrono::nanoseconds(is_there() ? agent_->ask({AgentVerb::clock_offset}).number : 0);
}

void SshMachine::impose(AgentMessage request, std::size_t first_texts) {
  std::vector<std::string> key{std::to_string(static_cast<std::uint32_t>(request.verb))};
  key.insert(key.end(), request.texts.begin(),
             request.texts.begin() + static_cast<std::ptrdiff_t>(first_texts));
  const AgentMessage& kept = imposed_[std::move(key)] = std::move(request);
  if (is_there()) agent_->ask(kept);
}

LinkCounters SshMachine::counters(const std::string& side, const std::string& name) {
  const LinkCounters before = counted_[{side, name}];
  if (!is_there()) return before;
  const AgentMessage answer = agent_->ask({AgentVerb::counters, 0, 0, {side, name}});
  return joined(before, link_counters_of(answer.texts));
}

void SshMachine::begin(AgentMessage request, std::chrono::milliseconds patience) {
  if (request.verb == AgentVerb::heal) imposed_.clear();
  is_asked_ = is_there();
  if (is_asked_) agent_->begin(std::move(request), patience);
}

std::vector<std::string> SshMachine::finish() {
  return std::exchange(is_asked_, false) ? agent_->finish().texts : std::vector<std::string>();
}

void SshMachine::new_trace(std::vector<TraceEvent>& events) {
  status();  // a host that is lost is told here first
  trace_.read(events);
}

std::vector<std::string> SshMachine::remarks() {
  std::vector<std::string> remarks;
  try {
    if (is_there()) remarks = agent_->ask({AgentVerb::remarks}).texts;
  } catch (const EnvironmentError&) {
  }
  if (deployment_.program.since_boot.count() != 0 && !facts_.no_boot_time.empty()) {
    remarks.push_back(fmt::format("node {} has been up for as long as its {}: {}", node(), where(),
                                  facts_.no_boot_time));
  }
  if (resets_ > 0) {
    remarks.push_back(fmt::format(
        "{} was reset {} time{} and back after {:.1f} s at most; its boot id was {} and is {}",
        where(), resets_, resets_ == 1 ? "" : "s", longest_boot_.count(), first_boot_,
        is_off_ ? "not known" : facts_.boot));
  }
  return remarks;
}

}  // namespace faultrig::live
