#include "harness/cluster.hpp"

namespace faultrig {

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
