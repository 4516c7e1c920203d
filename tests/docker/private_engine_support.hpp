// A Docker engine of a test's own: its data, its socket, its mount and network namespace, its
// control groups. Nothing of this machine's engine or firewall is touched, and nothing is left: the
// engine is watched by a process that ends it, and all that it started, when the test ends or dies.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "harness/live/switch/descriptor.hpp"
#include "tests/end_to_end/program_support.hpp"

namespace faultrig::docker {

// Why no engine can be started here; empty when one can.
std::string no_private_engine();

class PrivateEngine {
 public:
  // Ready for requests when it returns. Throws std::runtime_error with the end of its log. Call
  // while the process has one thread. `megabytes`: all that it can store; 0: no bound.
  // `is_alone`: in a PID namespace of its own as well, as on another machine.
  explicit PrivateEngine(int megabytes = 0, bool is_alone = false);
  ~PrivateEngine();
  PrivateEngine(const PrivateEngine&) = delete;
  PrivateEngine& operator=(const PrivateEngine&) = delete;

  std::string socket() const { return folder_.path() / "docker.sock"; }
  std::string log() const;
  pid_t pid() const { return engine_; }
  // The command, in the network namespace of the engine: on its machine, as it were.
  std::vector<std::string> beside(std::vector<std::string> command) const;
  // Names of the containers that are there, running or not.
  std::vector<std::string> containers() const;
  // Those, and volumes and networks that a run has made.
  std::vector<std::string> things() const;
  // The engine's process and nothing else dies, as in a crash; its containers run on.
  void crash();

 private:
  end_to_end::ScratchFolder folder_;
  live::Descriptor lifeline_;
  pid_t supervisor_ = -1;
  pid_t engine_ = -1;
};

// Whether the bundled targets can run in an empty image, in which there is no dynamic linker: not
// with sanitizers, which cannot do without.
bool has_static_targets();

// Waits until the condition holds; false when it does not within a minute (a deadlock guard).
bool await(const std::function<bool()>& condition);

}  // namespace faultrig::docker

// First line of every test that needs an engine: an engine as `name`, DOCKER_HOST leading to it.
// (`FAULTRIG_NEED_ENGINE(name, megabytes)` bounds what it can store).
#define FAULTRIG_NEED_ENGINE(name, ...)                                                \
  if (const std::string why = faultrig::docker::no_private_engine(); !why.empty())     \
    GTEST_SKIP() << "NOT TESTED, because there can be no Docker engine here: " << why; \
  faultrig::docker::PrivateEngine name{__VA_ARGS__};                                   \
  ::setenv("DOCKER_HOST", ("unix://" + name.socket()).c_str(), 1)

#define FAULTRIG_NEED_STATIC_TARGET()          \
  if (!faultrig::docker::has_static_targets()) \
  GTEST_SKIP() << "NOT TESTED: the targets are linked dynamically in this build"
