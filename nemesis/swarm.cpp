#include "nemesis/swarm.hpp"

#include <algorithm>

#include "nemesis/parameters.hpp"
#include "nemesis/process.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

// Several faults fit a run of ten seconds; the short ones come in bursts.
constexpr std::int64_t shortest_interval = 50, longest_interval = 3'000;
constexpr std::int64_t shortest_duration = 20, longest_duration = 3'000;

// Every power of two as likely as the next.
milliseconds draw_length(std::int64_t low, std::int64_t high, Random& random) {
  return milliseconds(draw_amount({"", 0, 0, 0, low, high}, random));
}

bool is_possible(const FaultOrder& order, const std::function<bool(Capability)>& can,
                 std::size_t nodes, const std::vector<std::string>& allow) {
  const FaultDescription& fault = *find_fault(order.kind);
  if (fault.use == FaultUse::unpromised &&
      std::find(allow.begin(), allow.end(), fault.name) == allow.end()) {
    return false;
  }
  return std::all_of(fault.needs.begin(), fault.needs.end(), can) &&
         nodes >= fewest_nodes(order.kind, order.targets);
}

// One alone in one run of four, else all with the same odds.
std::vector<SwarmKind> choose(const std::vector<SwarmKind>& possible, const Random& random) {
  Random common = random.fork("choice");
  std::vector<SwarmKind> chosen;
  if (common.below(4) > 0) {
    const Ratio odds = common.pick(std::vector<Ratio>{{1, 8}, {1, 4}, {1, 2}, {3, 4}});
    for (const SwarmKind& kind : possible) {
      if (random.fork("in " + kind.order.kind).chance(odds)) chosen.push_back(kind);
    }
  }
  if (chosen.empty()) chosen.push_back(common.pick(possible));
  return chosen;
}

// Kinds that say whom they strike keep to it, but for those that strike anyone, which may have a
// victim for the whole run.
std::vector<std::string> draw_targets(const std::string& kind, const std::vector<NodeName>& nodes,
                                      Random& random) {
  if (find_fault(kind)->family == "partition") return {};
  const bool is_fixed = random.below(3) == 0;
  if (default_targets(kind) == std::vector<std::string>{"random"}) {
    return is_fixed ? std::vector<std::string>{random.pick(nodes)} : std::vector<std::string>{};
  }
  if (!default_targets(kind).empty()) return {};
  if (is_fixed) return {random.pick(nodes)};
  std::vector<std::string> roles = {"", "random", "leader"};
  if (nodes.size() > 2) roles.insert(roles.end(), {"minority", "majority"});
  // A block on every link is an outage of the whole network.
  if (kind != "jam" && kind != "reject") roles.emplace_back("all");
  const std::string& role = random.pick(roles);
  return role.empty() ? std::vector<std::string>{} : std::vector<std::string>{role};
}

void draw_strength(FaultOrder& order, Random& random) {
  for (const FaultParameter& parameter : fault_parameters(order.kind)) {
    if (order.parameters.contains(parameter.name) || parameter.usual_high == 0) continue;
    const std::int64_t amount = draw_amount(parameter, random);
    // What the schedule draws at every strike may vary within the run as well.
    if (parameter.always_drawn && random.below(2) == 0) continue;
    order.parameters[parameter.name] = amount;
  }
}

FaultStreamOptions draw_stream(const SwarmKind& kind, const std::vector<NodeName>& nodes,
                               std::size_t count, Random random) {
  FaultStreamOptions stream;
  FaultOrder order = kind.order;
  stream.family = find_fault(order.kind)->family;
  stream.slot = order.kind;
  stream.nodes = static_cast<int>(nodes.size());
  // Many kinds take turns: all at full speed would leave nothing that works to be broken.
  const milliseconds gap = draw_length(shortest_interval, longest_interval, random) *
                           static_cast<std::int64_t>(4 + count) / 4;
  stream.interval = kind.interval.value_or(std::min(gap, milliseconds(longest_interval)));
  stream.duration =
      kind.duration.value_or(draw_length(shortest_duration, longest_duration, random));
  // A second of calm weather at least: a run in which nothing ever worked has tested nothing.
  stream.first = kind.first.value_or(milliseconds(random.between(2'000, 4'000)));
  std::vector<std::string> targets = draw_targets(order.kind, nodes, random);
  if (order.targets.empty()) order.targets = std::move(targets);
  draw_strength(order, random);
  stream.choices = {std::move(order)};
  return stream;
}

Tides draw_tides(Random random) {
  if (random.below(3) == 0) return {};
  return {milliseconds(random.between(1'000, 5'000)), milliseconds(random.between(500, 3'000))};
}

}  // namespace

std::vector<SwarmKind> every_kind() {
  std::vector<SwarmKind> kinds;
  for (const std::string& family : fault_families()) {
    for (const std::string& kind : drawable_kinds(family)) kinds.push_back({{"", kind, {}, {}}});
  }
  return kinds;
}

std::vector<FaultStreamOptions> draw_swarm(const Random& random,
                                           const std::function<bool(Capability)>& can,
                                           const std::vector<NodeName>& nodes,
                                           const SwarmOptions& options) {
  std::vector<SwarmKind> possible;
  for (const SwarmKind& kind : options.kinds) {
    if (is_possible(kind.order, can, nodes.size(), options.allow)) possible.push_back(kind);
  }
  if (possible.empty()) return {};
  const std::vector<SwarmKind> chosen = choose(possible, random);
  const Tides tides = draw_tides(random.fork("tides"));
  std::vector<FaultStreamOptions> streams;
  for (const SwarmKind& kind : chosen) {
    streams.push_back(draw_stream(kind, nodes, chosen.size(), random.fork(kind.order.kind)));
    streams.back().tides = tides;
  }
  return streams;
}

}  // namespace faultrig
