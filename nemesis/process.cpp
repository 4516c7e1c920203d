#include "nemesis/process.hpp"

#include <algorithm>
#include <set>

#include "nemesis/fault.hpp"

namespace faultrig {
namespace {

std::vector<std::string> sample(std::vector<std::string> nodes, std::size_t count, Random& random) {
  random.shuffle(nodes);
  nodes.resize(std::min(count, nodes.size()));
  return nodes;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

}  // namespace

const std::vector<std::string>& target_roles() {
  static const std::vector<std::string> roles = {"leader", "random", "minority", "majority", "all"};
  return roles;
}

std::vector<std::string> default_targets(std::string_view kind) {
  if (kind.starts_with("partition-")) return {};
  if (kind == "restart") return {"all"};
  if (kind == "disk-flip") return {"random"};
  if (ends_with(kind, "-one")) return {"random"};
  for (const std::string& role : target_roles()) {
    if (ends_with(kind, "-" + role)) return {role};
  }
  return {};
}

std::size_t fewest_nodes(const std::string& kind, const std::vector<std::string>& targets) {
  if (kind == "partition-majorities-ring" || kind == "partition-bridge") return 3;
  const std::vector<std::string> struck = targets.empty() ? default_targets(kind) : targets;
  const bool only_minority =
      !struck.empty() && std::all_of(struck.begin(), struck.end(),
                                     [](const std::string& word) { return word == "minority"; });
  const std::string& family = find_fault(kind)->family;
  if (family == "partition") {
    return kind == "partition-clients" || kind == "partition-cut" ? 1 : 2;  // draws its own side
  }
  if (only_minority) return 3;
  return family == "packet" ? 2 : 1;
}

ResolvedTargets resolve_targets(const std::vector<std::string>& words,
                                const std::vector<std::string>& nodes, const Leadership& leadership,
                                Random& random) {
  std::set<std::string> chosen;
  std::string note;
  const std::size_t majority = majority_of(nodes.size());
  for (const std::string& word : words) {
    std::vector<std::string> picked = {word};
    if (word == "leader" && leadership.leader) {
      picked = {*leadership.leader};
    } else if (word == "leader") {
      picked = sample(leadership.stand_ins.empty() ? nodes : leadership.stand_ins, 1, random);
      note = leadership.note();
    } else if (word == "random") {
      picked = sample(nodes, 1, random);
    } else if (word == "minority") {
      picked = sample(nodes, nodes.size() - majority, random);
    } else if (word == "majority") {
      picked = sample(nodes, majority, random);
    } else if (word == "all") {
      picked = nodes;
    }
    chosen.insert(picked.begin(), picked.end());
  }
  std::vector<std::string> resolved;
  for (const std::string& node : nodes) {
    if (chosen.contains(node)) resolved.push_back(node);
  }
  return {resolved, note};
}

}  // namespace faultrig
