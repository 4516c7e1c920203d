// Whom a fault strikes: an order's targets become nodes and link rules, with the cluster as it is
// now.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>

#include "nemesis/injector.hpp"
#include "nemesis/packet.hpp"
#include "nemesis/process.hpp"

namespace faultrig {
namespace {

LinkRule cut_rule() {
  LinkRule cut;
  cut.block = LinkRule::Block::drop;
  return cut;
}

bool is_role(const std::string& word) {
  return std::find(target_roles().begin(), target_roles().end(), word) != target_roles().end();
}

// The next one last. Nodes that are named are restarted in the order of their names in the plan.
std::vector<std::string> restart_order(const std::vector<std::string>& words,
                                       std::vector<std::string> nodes, Random& random) {
  if (std::any_of(words.begin(), words.end(), is_role)) {
    random.shuffle(nodes);
    return nodes;
  }
  std::vector<std::string> order;
  for (const std::string& word : words) {
    if (std::find(order.begin(), order.end(), word) == order.end()) order.push_back(word);
  }
  std::reverse(order.begin(), order.end());
  return order;
}

// The order with everything that was decided while aiming: a script step but for its times.
Value written(const FaultOrder& order, const FaultRecord& record,
              const std::map<Link, LinkRule>& links, const std::vector<std::string>& to_restart) {
  FaultOrder exact;
  exact.kind = order.kind;
  exact.targets = record.targets;
  if (order.kind == "restart") exact.targets.assign(to_restart.rbegin(), to_restart.rend());
  exact.parameters = amounts_of(order.kind, order.parameters);
  if (record.family == "partition") {
    exact.kind = "partition-cut";
    for (const auto& entry : links) exact.links.push_back(to_text(entry.first));
    exact.note = order.kind == exact.kind ? record.detail : order.kind + ": " + record.detail;
  }
  const Value all = to_value(exact);
  Value::Map fields;
  for (const auto& [name, value] : all.as_map()) {
    if (name != "slot") fields.emplace_back(name, value);
  }
  return Value(std::move(fields));
}

Value with_instant(const Value& order, Duration since_begin) {
  Value::Map fields = order.as_map();
  fields.emplace_back("at_ms", std::chrono::round<std::chrono::milliseconds>(since_begin).count());
  return Value(std::move(fields));
}

}  // namespace

void ClusterInjector::aim(const FaultOrder& order, ActiveFault& fault) {
  FaultRecord& record = record_of(fault);
  if (order.kind == "partition-cut") {
    aim_cut(order, fault);
  } else if (record.family == "partition") {
    aim_partition(order, fault);
  } else if (record.family == "packet") {
    aim_packet(order, fault);
  } else {
    aim_nodes(order, fault);
  }
  record.order = written(order, record, fault.links, fault.to_restart);
  if (begun_) record.order = with_instant(record.order, record.started - *begun_);
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
  for (const Link& link : partition.cut) fault.links[link] = cut_rule();
}

void ClusterInjector::aim_cut(const FaultOrder& order, ActiveFault& fault) {
  FaultRecord& record = record_of(fault);
  for (const std::string& text : order.links) {
    if (const std::optional<Link> link = link_from(text)) fault.links[*link] = cut_rule();
  }
  record.targets = order.targets;
  record.detail = !order.note.empty()    ? order.note
                  : !order.links.empty() ? fmt::format("{}", fmt::join(order.links, ", "))
                                         : "no link";
}

void ClusterInjector::aim_packet(const FaultOrder& order, ActiveFault& fault) {
  FaultRecord& record = record_of(fault);
  const std::vector<std::string>& nodes = cluster_.nodes();
  const ResolvedTargets struck = resolve_targets(words_of(order), nodes, leadership(), random_);
  const LinkRule rule = packet_rule(order.kind, order.parameters);
  for (const Link& link : between(struck.nodes, nodes)) fault.links[link] = rule;
  record.targets = struck.nodes;
  record.detail =
      fmt::format("{}, between {} and every other node", packet_words(order.kind, order.parameters),
                  fmt::join(struck.nodes, " "));
  if (!struck.note.empty()) record.detail += "; " + struck.note;
  if (fault.links.empty()) record.detail += "; no such link";
}

void ClusterInjector::aim_nodes(const FaultOrder& order, ActiveFault& fault) {
  FaultRecord& record = record_of(fault);
  const std::vector<std::string> words = words_of(order);
  ResolvedTargets struck = resolve_targets(words, cluster_.nodes(), leadership(), random_);
  if (std::all_of(words.begin(), words.end(), is_role)) prefer_alive(record, struck);
  record.targets = struck.nodes;
  record.detail = struck.nodes.empty() ? fmt::format("no {} among {} nodes", fmt::join(words, " "),
                                                     cluster_.nodes().size())
                                       : fmt::format("{}", fmt::join(struck.nodes, " "));
  if (!struck.note.empty()) record.detail += "; " + struck.note;
  Amounts amounts = amounts_of(order.kind, order.parameters);
  if (order.kind == "restart") {
    fault.to_restart = restart_order(words, struck.nodes, random_);
  } else if (record.family == "pause") {
    fault.held_still.insert(struck.nodes.begin(), struck.nodes.end());
  } else if (record.family == "clock") {
    fault.skewed.insert(struck.nodes.begin(), struck.nodes.end());
    fault.push = clock_push(order.kind, order.parameters, record.started);
    record.detail += ": " + clock_words(order.kind, order.parameters);
  } else if (order.kind == "disk-slow") {
    for (const std::string& node : struck.nodes) fault.slowed[node] = {};
    fault.disk.sync_delay = std::chrono::milliseconds(amounts["sync_delay_ms"]);
    record.detail += fmt::format(": synced writes take {} ms more", amounts["sync_delay_ms"]);
  } else {
    fault.held_down.insert(struck.nodes.begin(), struck.nodes.end());
    fault.loses_power = record.family == "power";
    if (order.kind == "disk-flip") {
      fault.bits_to_flip = static_cast<std::uint64_t>(amounts["bits"]);
    }
  }
}

// A fault of processes that were all ended before does nothing: others are drawn, as many of those
// that live. Not for a restart, which starts what is down.
void ClusterInjector::prefer_alive(const FaultRecord& record, ResolvedTargets& struck) {
  const bool strikes_processes = record.family == "kill" || record.family == "pause";
  if (!strikes_processes || record.kind == "restart") return;
  std::vector<EnvironmentError> refused;
  attempt(refused, [&] {
    const auto is_alive = [&](const std::string& node) {
      const NodeState state = cluster_.status(node).state;
      return state == NodeState::running || state == NodeState::paused;
    };
    if (std::any_of(struck.nodes.begin(), struck.nodes.end(), is_alive)) return;
    std::vector<std::string> alive;
    std::copy_if(cluster_.nodes().begin(), cluster_.nodes().end(), std::back_inserter(alive),
                 is_alive);
    while (alive.size() > struck.nodes.size()) {
      alive.erase(alive.begin() + static_cast<std::ptrdiff_t>(random_.below(alive.size())));
    }
    if (!alive.empty()) struck.nodes = std::move(alive);
  });
}

// The targets as ordered, else as the kind chooses.
std::vector<std::string> ClusterInjector::words_of(const FaultOrder& order) {
  if (!order.targets.empty()) return order.targets;
  const std::vector<std::string> usual = default_targets(order.kind);
  if (!usual.empty()) return usual;
  // A block on every link at once is an outage of the whole network: aimed at fewer by itself.
  const bool blocks = order.kind == "jam" || order.kind == "reject";
  const char* choices[] = {"random", cluster_.nodes().size() > 2 ? "minority" : "random", "all"};
  return {choices[random_.below(blocks ? 2 : 3)]};
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
