#include "harness/cluster.hpp"

#include "harness/errors.hpp"

namespace faultrig {
namespace {

[[noreturn]] void refuse(const Cluster& cluster, const char* action, const NodeName& node,
                         Capability capability) {
  throw EnvironmentError(action, node, 0, cluster.cannot(capability));
}

}  // namespace

PowerLoss Cluster::power_off(const NodeName& node) {
  refuse(*this, "cannot cut the power of node", node, Capability::power);
}

void Cluster::set_clock(const NodeName& node, const ClockSetting&) {
  refuse(*this, "cannot set the clock of node", node, Capability::clock);
}

std::chrono::nanoseconds Cluster::clock_offset(const NodeName& node) {
  refuse(*this, "cannot measure the clock of node", node, Capability::clock);
}

void Cluster::set_disk(const NodeName& node, const DiskRule&) {
  refuse(*this, "cannot disturb the disk of node", node, Capability::disk);
}

DiskCounters Cluster::disk_counters(const NodeName& node) {
  refuse(*this, "cannot look at the disk of node", node, Capability::disk);
}

std::uint64_t Cluster::flip_bits(const NodeName& node, std::uint64_t) {
  refuse(*this, "cannot flip bits on the disk of node", node, Capability::disk);
}

std::string_view to_string(Capability capability) {
  switch (capability) {
    case Capability::cut:
      return "cut";
    case Capability::reject:
      return "reject";
    case Capability::jam:
      return "jam";
    case Capability::packet:
      return "packet";
    case Capability::client_links:
      return "client links";
    case Capability::kill:
      return "kill";
    case Capability::pause:
      return "pause";
    case Capability::power:
      return "power";
    case Capability::clock:
      return "clock";
    case Capability::disk:
      return "disk";
  }
  return "?";
}

std::string_view to_string(NodeState state) {
  switch (state) {
    case NodeState::stopped:
      return "stopped";
    case NodeState::running:
      return "running";
    case NodeState::paused:
      return "paused";
    case NodeState::exited:
      return "exited";
  }
  return "?";
}

}  // namespace faultrig
