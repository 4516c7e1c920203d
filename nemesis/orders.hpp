// From the options of a plan to an order, or to a refusal that says what to do.
#pragma once

#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/options.hpp"
#include "nemesis/fault.hpp"

namespace faultrig {

// The option names that the parameters of these kinds have, each once.
std::vector<std::string> parameter_names(const std::vector<std::string>& kinds);
bool takes_targets(const std::string& kind);

// Targets and parameters of the kind as far as the options give them. Throws UsageError for an
// unknown target and for a number out of bounds.
FaultOrder read_order(const std::string& kind, const Options& options, const Cluster& cluster);

// Why the cluster cannot do this kind; empty when it can.
std::string why_impossible(const std::string& kind, const Cluster& cluster);
// Throw UsageError. `word` is what the plan says: the kind or its family.
void refuse_impossible(const std::string& word, const std::string& kind, const Cluster& cluster,
                       const std::string& file);
void refuse_too_few(const std::string& kind, const std::vector<std::string>& targets,
                    const Cluster& cluster, const std::string& file);

}  // namespace faultrig
