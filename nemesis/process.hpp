// Whom a fault strikes: from roles ("leader", "minority") and names to nodes, at the moment it
// strikes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/random.hpp"
#include "nemesis/partition.hpp"

namespace faultrig {

// The words a plan may use instead of node names.
const std::vector<std::string>& target_roles();
// What a kind strikes when the plan names nobody: {"minority"} for kill-minority. Empty for kinds
// that draw their own shape or number.
std::vector<std::string> default_targets(std::string_view kind);

// How few nodes there may be for the fault to do anything. `targets` as the plan gives them.
std::size_t fewest_nodes(const std::string& kind, const std::vector<std::string>& targets);

struct ResolvedTargets {
  std::vector<std::string> nodes;  // in the order of the cluster, each once
  std::string note;  // "the leader is not known, so a node at random"; empty when all is plain
};

// `words` are roles or node names; others are left out. A minority of one or two nodes is empty.
ResolvedTargets resolve_targets(const std::vector<std::string>& words,
                                const std::vector<std::string>& nodes, const Leadership& leadership,
                                Random& random);

}  // namespace faultrig
