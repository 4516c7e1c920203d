#include "nemesis/partition.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace faultrig {
namespace {

// Names as the reader knows them, whatever order chance put them in.
std::string words(Names names, const Names& order) {
  std::sort(names.begin(), names.end(), [&](const std::string& a, const std::string& b) {
    return std::find(order.begin(), order.end(), a) < std::find(order.begin(), order.end(), b);
  });
  return fmt::format("{}", fmt::join(names, " "));
}

Names shuffled(Names names, Random& random) {
  random.shuffle(names);
  return names;
}

Names first(const Names& names, std::size_t count) {
  return {names.begin(),
          names.begin() + static_cast<std::ptrdiff_t>(std::min(count, names.size()))};
}

Partition two_sides(const PartitionScene& scene, const Names& side) {
  const Names rest = without(scene.nodes, side);
  return {between(side, rest), side,
          fmt::format("{} | {}", words(side, scene.nodes), words(rest, scene.nodes))};
}

// A non-empty proper subset of random size, where there is one.
Names some_of(const Names& names, Random& random) {
  if (names.size() < 2) return names;
  return first(shuffled(names, random), 1 + random.below(names.size() - 1));
}

Partition leader_alone(const PartitionScene& scene, Random& random) {
  const Leadership& leadership = scene.leadership;
  const bool known = leadership.leader.has_value();
  const Names& others = leadership.stand_ins.empty() ? scene.nodes : leadership.stand_ins;
  const std::string alone = known ? *leadership.leader : random.pick(others);
  Partition partition = two_sides(scene, {alone});
  partition.detail += known ? "; the leader alone from its peers, in reach of every client"
                            : "; " + leadership.note();
  return partition;
}

Partition one_direction(const PartitionScene& scene, const Names& given, Random& random) {
  const Names side = given.empty() ? some_of(scene.nodes, random) : given;
  const Names rest = without(scene.nodes, side);
  const bool outward = random.below(2) == 0;
  const Names& from = outward ? side : rest;
  const Names& to = outward ? rest : side;
  return {one_way(from, to), side,
          fmt::format("{} -> {} is cut; the way back works", words(from, scene.nodes),
                      words(to, scene.nodes))};
}

Partition bridged(const PartitionScene& scene, const Names& given, Random& random) {
  Names order = shuffled(scene.nodes, random);
  if (!given.empty()) {
    const auto chosen = std::find(order.begin(), order.end(), given.front());
    std::rotate(order.begin(), chosen, chosen + 1);
  }
  const Names others(order.begin() + 1, order.end());
  const Names left = first(others, others.size() / 2);
  const Names right = without(others, left);
  return {bridge(order.front(), left, right),
          {order.front()},
          fmt::format("{} | {}, joined only by {}", words(left, scene.nodes),
                      words(right, scene.nodes), order.front())};
}

Partition ring(const PartitionScene& scene, Random& random) {
  const Names order = shuffled(scene.nodes, random);
  return {
      majorities_ring(order), scene.nodes,
      fmt::format("ring {}: every node hears a majority, no two the same", fmt::join(order, " "))};
}

Partition clients_cut(const PartitionScene& scene, const Names& given, Random& random) {
  const Names side = given.empty() ? some_of(scene.nodes, random) : given;
  const Names clients = some_of(scene.clients, random);
  return {between(clients, side), side,
          fmt::format("clients {} cannot reach {}", words(clients, scene.clients),
                      words(side, scene.nodes))};
}

Partition shape(std::string_view kind, const PartitionScene& scene, const Names& side,
                Random& random) {
  const Names& nodes = scene.nodes;
  const std::size_t count = nodes.size();
  const std::size_t minority = count - majority_of(count);
  if (kind == "partition-majorities-ring") return ring(scene, random);
  if (kind == "partition-bridge") return bridged(scene, side, random);
  if (kind == "partition-one-way") return one_direction(scene, side, random);
  if (kind == "partition-clients") return clients_cut(scene, side, random);
  if (!side.empty()) return two_sides(scene, side);
  if (kind == "partition-leader") return leader_alone(scene, random);
  if (kind == "partition-halves") return two_sides(scene, first(nodes, count / 2));
  if (kind == "partition-one") return two_sides(scene, {random.pick(nodes)});
  if (kind == "partition-majority-minority") {
    return two_sides(scene, first(shuffled(nodes, random), std::max<std::size_t>(1, minority)));
  }
  return two_sides(scene, first(shuffled(nodes, random), count / 2));  // random halves
}

}  // namespace

std::string to_text(const Link& link) { return link.from + " -> " + link.to; }

std::optional<Link> link_from(std::string_view text) {
  constexpr std::string_view arrow = " -> ";
  const auto at = text.find(arrow);
  if (at == std::string_view::npos) return std::nullopt;
  Link link{std::string(text.substr(0, at)), std::string(text.substr(at + arrow.size()))};
  if (link.from.empty() || link.to.empty() || link.from == link.to) return std::nullopt;
  return link;
}

Names without(const Names& all, const Names& some) {
  Names rest;
  for (const std::string& name : all) {
    if (std::find(some.begin(), some.end(), name) == some.end()) rest.push_back(name);
  }
  return rest;
}

Grudge one_way(const Names& from, const Names& to) {
  Grudge cut;
  for (const std::string& a : from) {
    for (const std::string& b : to) {
      if (a != b) cut.insert({a, b});
    }
  }
  return cut;
}

Grudge between(const Names& a, const Names& b) {
  Grudge cut = one_way(a, b);
  cut.merge(one_way(b, a));
  return cut;
}

std::size_t majority_of(std::size_t count) { return count / 2 + 1; }

Grudge majorities_ring(const Names& ring) {
  const std::size_t count = ring.size();
  if (count < 3) return {};
  // Who is heard: `before` neighbours one way round and `after` the other. Equal numbers make the
  // links symmetric; with 3 nodes that would be everyone, so each hears one side only.
  const std::size_t after = majority_of(count) / 2;
  const std::size_t before = 2 * after + 1 < count ? after : 0;
  Grudge cut;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      const std::size_t distance = (j + count - i) % count;
      const bool heard = distance <= after || count - distance <= before;
      if (!heard) cut.insert({ring[j], ring[i]});
    }
  }
  return cut;
}

Grudge bridge(const std::string& bridge, const Names& left, const Names& right) {
  return between(without(left, {bridge}), without(right, {bridge}));
}

Partition draw_partition(std::string_view kind, const PartitionScene& scene, const Names& side,
                         Random& random) {
  Partition partition = shape(kind, scene, side, random);
  if (partition.cut.empty()) partition.detail += "; too few to cut anything";
  return partition;
}

}  // namespace faultrig
