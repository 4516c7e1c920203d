// Which node plays which role, learnt from trace lines: the leader is the node whose last
// leader event carries the highest term. Pure; fed by the run, read by the nemesis.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/cluster.hpp"

namespace faultrig {

class Roles {
 public:
  explicit Roles(std::string leader_event) : leader_event_(std::move(leader_event)) {}
  void observe(const TraceEvent& event);
  // Empty until a leader event was seen.
  const std::optional<NodeName>& leader() const { return leader_; }

 private:
  std::string leader_event_;
  std::optional<NodeName> leader_;
  std::int64_t term_ = -1;
};

}  // namespace faultrig
