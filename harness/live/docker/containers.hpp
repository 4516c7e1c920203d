// One container of a run, seen through the engine: made, started, killed, stopped for a while.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/live/docker/engine_client.hpp"

namespace faultrig::live {

// A file or folder of this machine, and where it is seen inside.
struct BindMount {
  std::string from, to;
  bool is_read_only = false;
};

struct ContainerPlan {
  std::string name;  // unique on the engine
  std::string image;
  std::vector<std::string> command;
  std::vector<std::string> environment;  // KEY=value
  Value labels;
  std::string network;             // "none", a network, or "container:ID" to share that one's
  std::string host_name;           // empty: that of the shared network
  std::vector<std::string> hosts;  // NAME:ADDRESS, for /etc/hosts
  std::string user;                // "UID:GID"; empty: as the image says
  std::vector<BindMount> binds;
  std::string volume;        // a folder on the engine's disk that goes with the container
  std::string volumes_from;  // the id of a container whose volumes are seen here as well
  std::string folder;        // where the program starts; empty: as the image says
  // The command is a first process itself, which reaps; else the engine puts its own before it.
  bool is_init = false;
  std::vector<std::string> capabilities;  // beside the engine's usual ones: "SYS_PTRACE"
  // Its standard input is a stream, which ends when who attached to it first goes.
  bool has_input = false;
  // A TCP port that the engine's machine hands on, at that address and a port of the engine's
  // choice. 0: none.
  std::uint16_t published_port = 0;
  std::string publish_at;
};

// Where a container is on a network of the engine's, while it runs.
struct ContainerAddress {
  std::string ip;
  std::string gateway;
  std::uint16_t published = 0;  // the port on the engine's machine; 0 when there is none
};

struct ContainerState {
  std::string status;    // the engine's word: "created", "running", "paused", "exited" ...
  bool running = false;  // also when paused
  bool paused = false;
  pid_t process = 0;  // its first, as the engine's machine numbers it; 0 when it does not run
  int exit_code = 0;
  std::string error;  // why it could not be started; may be empty
  bool out_of_memory = false;
};

// A handle; the container itself stays until it is removed by its label (leftovers.hpp). `who` is
// for messages: "node n1". All throw EnvironmentError.
class Container {
 public:
  Container() = default;
  static Container create(const EngineClient& engine, const ContainerPlan& plan, std::string who);

  const std::string& id() const { return id_; }
  void start() const;
  // Ends every process in it, a paused one too, and waits until they are gone.
  void kill() const;
  // False when it does not run (any more).
  bool pause() const;
  bool resume() const;
  ContainerState state() const;
  // On that network. Throws EnvironmentError also when it is not there.
  ContainerAddress address(const std::string& network) const;
  // How many processes it has, without the init; 0 when it does not run.
  int count_processes() const;
  // Waits until it does not run.
  ContainerState await_end() const;
  // To what it writes, and with `input` to what it reads.
  OutputStream attach(bool input = false) const;

 private:
  EngineRequest request(const std::string& verb, const std::string& method,
                        const std::string& what) const;
  bool change(const std::string& verb, const std::string& what) const;

  const EngineClient* engine_ = nullptr;
  std::string id_;
  std::string who_;
};

// "exit 1", "signal 11 (SIGSEGV)": an exit code above 128 is a signal, as shells have it.
std::string how_it_ended(const ContainerState& state);

}  // namespace faultrig::live
