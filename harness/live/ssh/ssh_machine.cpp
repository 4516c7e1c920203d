#include "harness/live/ssh/ssh_machine.hpp"

#include <fmt/format.h>

#include <cerrno>

#include "harness/errors.hpp"
#include "harness/live/agent/clock_texts.hpp"
#include "harness/live/spawn/wire.hpp"

namespace faultrig::live {
namespace {

constexpr std::chrono::milliseconds start_patience{15'000};

HostFacts facts_of(const AgentMessage& hello, const std::string& where) {
  if (hello.texts.size() != 7)
    throw EnvironmentError("cannot understand", "the agent on " + where, EPROTO);
  return {hello.texts[2], hello.texts[3], hello.texts[5], hello.texts[6]};
}

}  // namespace

SshMachine::SshMachine(Deployment deployment, const std::filesystem::path& trace, AgentTask task)
    : deployment_(std::move(deployment)),
      trace_(deployment_.node, trace),
      agent_(std::make_unique<RemoteAgent>(std::move(task))) {}

void SshMachine::wait_until_up() { facts_ = facts_of(agent_->wait_until_up(), agent_->where()); }

void SshMachine::start() {
  const NodeProgram& program = deployment_.program;
  agent_->ask({AgentVerb::start,
               0,
               0,
               {pack(program.command), pack(program.environment), deployment_.node_folder,
                std::to_string(program.since_boot.count())}},
              start_patience);
}

void SshMachine::set_clock(const ClockSetting& setting) {
  agent_->ask({AgentVerb::clock, 0, 0, to_texts(setting)});
}

std::chrono::nanoseconds SshMachine::clock_offset() {
  return std::chrono::nanoseconds(agent_->ask({AgentVerb::clock_offset}).number);
}

void SshMachine::new_trace(std::vector<TraceEvent>& events) {
  agent_->status();  // a host that is lost is told here first
  trace_.read(events);
}

std::vector<std::string> SshMachine::remarks() {
  std::vector<std::string> remarks;
  try {
    remarks = agent_->ask({AgentVerb::remarks}).texts;
  } catch (const EnvironmentError&) {
  }
  if (deployment_.program.since_boot.count() != 0 && !facts_.no_boot_time.empty()) {
    remarks.push_back(fmt::format("node {} has been up for as long as its {}: {}", node(),
                                  agent_->where(), facts_.no_boot_time));
  }
  return remarks;
}

}  // namespace faultrig::live
