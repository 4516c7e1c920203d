// What random schedules of every target do to a scripted cluster; how often, and what clients ask,
// is each target's own.
#pragma once

#include <cstdint>
#include <string>

#include "harness/random.hpp"
#include "tests/targets/scripted_cluster_support.hpp"

namespace faultrig {

// Some waiting message, mostly an old one, arrives; `percent` of them are lost and as many doubled.
void meddle_with_a_message(ScriptedCluster& cluster, Random& random, std::uint64_t percent);
// Everywhere at once: what no disk has done is lost, but for a torn rest.
void fail_power(ScriptedCluster& cluster, Random& random);
// Links, disks and nodes.
void make_whole(ScriptedCluster& cluster);

// "property: what", a line each.
std::string violations_of(const ScriptedCluster& cluster);
// More for a long search: FAULTRIG_SEEDS=20000.
std::uint64_t seeds_or(std::uint64_t usual);

}  // namespace faultrig
