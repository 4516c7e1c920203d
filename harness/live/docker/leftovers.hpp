// Whose containers and networks are whose, and what becomes of them when the run is gone.
//
// Each carries two labels: the run, and the launcher, that is the process that answers
// for it. A launcher is gone beyond doubt when it was on this machine, in a PID namespace that we
// can look into, and no such process is there any more. Others, on machines that share an engine or
// in containers, are left alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/live/docker/engine_client.hpp"
#include "harness/live/journal.hpp"
#include "harness/store.hpp"

namespace faultrig::live {

inline constexpr const char* run_label = "faultrig.run";
inline constexpr const char* launcher_label = "faultrig.launcher";

struct Launcher {
  ProcessIdentity process;
  std::string pid_namespace;  // "pid:[4026531836]"
  std::string host;
};
Launcher launcher_of(pid_t process);
std::string to_label(const Launcher& launcher);
std::optional<Launcher> launcher_from(std::string_view label);
// `now` is what is found today under the launcher's pid on this machine.
bool is_gone(const Launcher& launcher, const Launcher& now);

// The name of this process's run in that folder: readable in `docker ps`, and unique on the engine,
// which runs in other PID namespaces may share.
std::string run_name(const RunFolder& folder);

// What a run made on an engine; removed when this ends, and by a watcher when the control process
// dies before.
class RunContainers {
 public:
  // Forks the watcher, so call it while the process has one thread.
  RunContainers(const EngineClient& engine, std::string run);
  ~RunContainers();
  RunContainers(const RunContainers&) = delete;
  RunContainers& operator=(const RunContainers&) = delete;

  const std::string& run() const { return run_; }
  // The labels of everything that is made for the run.
  Value labels() const;

 private:
  const EngineClient& engine_;
  std::string run_;
  Launcher launcher_;
  pid_t watcher_ = -1;
  Descriptor lifeline_;
};

// Ends and removes the containers of a run, then its networks; says what: "container NAME". A
// network that is still in use is named and stays. Throws EnvironmentError.
std::vector<std::string> remove_things(const EngineClient& engine, const std::string& run);
// The same for all runs whose launcher is gone.
std::vector<std::string> remove_leftovers(const EngineClient& engine);

}  // namespace faultrig::live
