// The links of one node, where its packets arrive and leave: what the agent of a host and the
// helper of a container do alike. One packet_filter, and a packet_shaper where the kernel has what
// it takes.
#pragma once

#include <memory>
#include <string>

#include "harness/live/agent/packet_filter.hpp"
#include "harness/live/agent/packet_shaper.hpp"
#include "harness/live/agent/protocol.hpp"

namespace faultrig::live {

class LinkHost {
 public:
  // Makes the table. Answers why there can be no packet faults; empty when there can. Throws
  // EnvironmentError.
  std::string set_up(const FilterPlan& plan, ShaperTrial trial);
  // The answer to link, shape, counters, heal or probe. `node` is who asks the peers in a probe.
  // Throws EnvironmentError.
  AgentMessage answer(const AgentMessage& request, const std::string& node);
  // Undoes every fault.
  void undo();

 private:
  PacketFilter& filter();
  void set_link(const AgentMessage& request);
  void shape(const AgentMessage& request);
  AgentMessage counters(const AgentMessage& request);

  std::unique_ptr<PacketFilter> filter_;
  std::unique_ptr<PacketShaper> shaper_;
};

}  // namespace faultrig::live
