// Holds a node to its contract (harness/node/node.hpp): what one step may do. A breach is a defect
// of the target, whatever its clients saw, so it is named with the node and the step.
#pragma once

#include <string>

#include "harness/node/node.hpp"

namespace faultrig::sim {

class NodeContract {
 public:
  explicit NodeContract(NodeName self) : self_(std::move(self)) {}
  // A new life: write ids may begin again.
  void restarted() { last_write_ = 0; }
  // What is wrong with the effects of one step; empty when nothing is.
  std::string breach(const Effects& effects);

 private:
  std::string breach(const SendEffect& send) const;
  std::string breach(const DiskWrite& write);

  NodeName self_;
  PersistId last_write_ = 0;
};

}  // namespace faultrig::sim
