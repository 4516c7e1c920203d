// Whom a fault strikes: an order's targets become nodes and link rules, with the cluster as it is
// now.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nemesis/injector.hpp"
#include "nemesis/packet.hpp"
#include "nemesis/process.hpp"

namespace faultrig {

void ClusterInjector::aim(const FaultOrder& order, ActiveFault& fault) {
  const std::string& family = record_of(fault).family;
  if (family == "partition") {
    aim_partition(order, fault);
  } else if (family == "packet") {
    aim_packet(order, fault);
  } else {
    aim_process(order, fault);
  }
}

void ClusterInjector::aim_partition(const FaultOrder& order, ActiveFault& fault) {
  FaultRecord& record = record_of(fault);
  const PartitionScene scene{cluster_.nodes(), cluster_.client_machines(), leadership()};
  const ResolvedTargets side =
      resolve_targets(order.targets, scene.nodes, scene.leadership, random_);
  Partition partition = draw_partition(order.kind, scene, side.nodes, random_);
  record.targets = std::move(partition.targets);
  record.detail = std::move(partition.detail);
  if (!side.note.empty()) record.detail += "; " + side.note;
  LinkRule cut;
  cut.block = LinkRule::Block::drop;
  for (const Link& link : partition.cut) fault.links[link] = cut;
}

void ClusterInjector::aim_packet(const FaultOrder& order, ActiveFault& fault) {
  FaultRecord& record = record_of(fault);
  const std::vector<std::string>& nodes = cluster_.nodes();
  std::vector<std::string> words = order.targets;
  if (words.empty()) {
    // A block on every link at once is an outage of the whole network: aimed at fewer by itself.
    const bool blocks = order.kind == "jam" || order.kind == "reject";
    const char* choices[] = {"random", nodes.size() > 2 ? "minority" : "random", "all"};
    words = {choices[random_.below(blocks ? 2 : 3)]};
  }
  const ResolvedTargets struck = resolve_targets(words, nodes, leadership(), random_);
  const LinkRule rule = packet_rule(order.kind, order.parameters);
  for (const Link& link : between(struck.nodes, nodes)) fault.links[link] = rule;
  record.targets = struck.nodes;
  record.detail =
      fmt::format("{}, between {} and every other node", packet_words(order.kind, order.parameters),
                  fmt::join(struck.nodes, " "));
  if (!struck.note.empty()) record.detail += "; " + struck.note;
  if (fault.links.empty()) record.detail += "; no such link";
}

void ClusterInjector::aim_process(const FaultOrder& order, ActiveFault& fault) {
  FaultRecord& record = record_of(fault);
  const std::vector<std::string> words =
      order.targets.empty() ? default_targets(order.kind) : order.targets;
  const ResolvedTargets struck = resolve_targets(words, cluster_.nodes(), leadership(), random_);
  record.targets = struck.nodes;
  record.detail = struck.nodes.empty() ? fmt::format("no {} among {} nodes", fmt::join(words, " "),
                                                     cluster_.nodes().size())
                                       : fmt::format("{}", fmt::join(struck.nodes, " "));
  if (!struck.note.empty()) record.detail += "; " + struck.note;
  if (order.kind == "restart") {
    fault.to_restart = struck.nodes;
    random_.shuffle(fault.to_restart);
  } else if (record.family == "kill") {
    fault.held_down.insert(struck.nodes.begin(), struck.nodes.end());
  } else {
    fault.held_still.insert(struck.nodes.begin(), struck.nodes.end());
  }
}

Leadership ClusterInjector::leadership() {
  Leadership found;
  if (!roles_.leader()) return found;
  // A machine that cannot tell will refuse the fault as well, and that is recorded.
  std::vector<EnvironmentError> refused;
  attempt(refused, [&] {
    const NodeState state = cluster_.status(*roles_.leader()).state;
    if (state == NodeState::running) {
      found.leader = roles_.leader();
      return;
    }
    found.why_unknown =
        fmt::format("{}, the last known leader, is {}", *roles_.leader(), to_string(state));
    for (const std::string& node : cluster_.nodes()) {
      if (cluster_.status(node).state == NodeState::running) found.stand_ins.push_back(node);
    }
  });
  return found;
}

}  // namespace faultrig
