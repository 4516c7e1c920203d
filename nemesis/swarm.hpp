// Swarm testing: a different adversary for every seed.
//
// Idea: a nemesis that always does everything finds less than many that each leave most of it out:
// faults hide one another (a node that is killed every second never lives long enough to act on a
// clock that is wrong). So the seed first decides which kinds exist at all in this run, then for
// each how often, how long, how strong and whom; sometimes with a calm now and then, so that the
// system recovers between faults.
// Source: A. Groce, C. Zhang, E. Eide, Y. Chen, J. Regehr, "Swarm Testing", ISSTA 2012. There every
// feature is in with even odds; here the odds are drawn as well, since a single kind is half of
// what we look for.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "nemesis/schedule.hpp"

namespace faultrig {

// A kind that the swarm may choose; what is given here is not left to chance.
struct SwarmKind {
  FaultOrder order;
  std::optional<std::chrono::milliseconds> first = {};
  std::optional<std::chrono::milliseconds> interval = {};
  std::optional<std::chrono::milliseconds> duration = {};
};

struct SwarmOptions {
  std::vector<SwarmKind> kinds;    // what may be chosen from
  std::vector<std::string> allow;  // kinds that few systems promise to survive, and yet
};

// All kinds that chance may draw, nothing given.
std::vector<SwarmKind> every_kind();

// One stream a chosen kind: at least one, unless the cluster can do none of them or has too few
// nodes for each. A function of its arguments; a kind's draws do not depend on which others there
// are.
std::vector<FaultStreamOptions> draw_swarm(const Random& random,
                                           const std::function<bool(Capability)>& can,
                                           const std::vector<NodeName>& nodes,
                                           const SwarmOptions& options);

}  // namespace faultrig
