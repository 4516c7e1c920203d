// From plan and manifest to the containers of all nodes, and the first process of a container as
// this machine sees it.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "harness/live/backends.hpp"
#include "harness/live/docker/containers.hpp"
#include "harness/live/docker/leftovers.hpp"
#include "harness/live/local/node_commands.hpp"
#include "harness/live/switch/descriptor.hpp"
#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

// In the order of the nodes.
struct NodeContainers {
  std::vector<NodePlace> places;  // on this machine
  std::vector<ContainerPlan> holders;
  std::vector<ContainerPlan> nodes;  // without their network
  bool as_root = false;              // their programs start as
};

// Finds or makes the images, and the folders of the nodes. Throws UsageError for what the manifest
// or the plan gets wrong, EnvironmentError for what the engine refuses.
NodeContainers plan_containers(const ClusterParts& parts, const EngineClient& engine,
                               const RunContainers& run,
                               const std::map<std::string, Ipv4>& addresses,
                               const std::vector<NodeName>& nodes);

// An init of ours can run in any image: it is linked statically.
bool can_travel(const std::filesystem::path& programs);

// What an init of ours, in place of the engine's, does for a node before its program starts.
struct NodeTimes {
  std::filesystem::path clock;        // folder of the clock that its programs follow; empty: none
  std::chrono::seconds since_boot{};  // zero: the machine's
};
// Nothing when there is nothing to do. A time since boot takes a program that starts as root.
// Throws EnvironmentError when the init cannot travel into a container.
void give_times(ContainerPlan& node, const std::filesystem::path& programs, const NodeTimes& times);

// The container that keeps the network of a node; its first environment entry is a mark that no
// other process has. `hosts` are NAME:ADDRESS.
ContainerPlan plan_holder(const EngineClient& engine, const RunContainers& run,
                          const std::filesystem::path& programs, const NodeName& node,
                          const std::vector<std::string>& hosts);

// The first process of a running container. Held by a descriptor, so that it is never mistaken for
// another that got its number.
class ContainerProcess {
 public:
  ContainerProcess() = default;
  // Of a container that was just started; already ended when it is gone. With `mark`, an entry of
  // its environment, throws EnvironmentError when the process of that number has not got it: then
  // the engine numbers processes otherwise than we do.
  static ContainerProcess of(const Container& container, const NodeName& node,
                             const std::string& mark = "");

  pid_t pid() const { return pid_; }
  bool has_ended() const { return ends_within({}); }
  // How many processes its container has, without the engine's init; 0 when it has ended.
  int count() const;
  // Ends all of them, without asking the engine; frozen ones end when they are woken.
  void kill() const;
  // And waits until all are gone; false when they were not within `patience`.
  bool kill_and_wait(std::chrono::milliseconds patience) const;

 private:
  bool ends_within(std::chrono::milliseconds patience) const;

  pid_t pid_ = 0;
  Descriptor handle_;
};

}  // namespace faultrig::live
