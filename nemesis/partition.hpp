// The shapes of network partitions, as pure functions from node names, chance and roles to a set of
// directed links to cut. Jepsen calls such a set a grudge; the shapes are those of
// jepsen/nemesis.clj, with the one-way and client-side cuts that it lacks.
//
// Cost: O(n^2) links for n nodes.
#pragma once

#include <compare>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "harness/random.hpp"

namespace faultrig {

// One direction between two endpoints (nodes or client machines).
struct Link {
  std::string from;
  std::string to;
  friend auto operator<=>(const Link&, const Link&) = default;
};

// "n1 -> n2", and back; empty for what is not of that form.
std::string to_text(const Link& link);
std::optional<Link> link_from(std::string_view text);

// Links that carry nothing.
using Grudge = std::set<Link>;
using Names = std::vector<std::string>;

// Every link from `from` to `to`, an endpoint to itself left out.
Grudge one_way(const Names& from, const Names& to);
// Both directions between `a` and `b`.
Grudge between(const Names& a, const Names& b);
// `all` without `some`, in the order of `all`.
Names without(const Names& all, const Names& some);

// The smallest number of nodes that is more than half of `count`.
std::size_t majority_of(std::size_t count);

// Every node still hears from a majority (itself included) and no two from the same one. Links are
// symmetric where that is possible (4 nodes and more); with 3 nodes each hears one neighbour.
// `ring` is the order of the nodes on it. Fewer than 3 nodes: nothing to cut.
Grudge majorities_ring(const Names& ring);
// `bridge` reaches everyone; the two sides reach only it.
Grudge bridge(const std::string& bridge, const Names& left, const Names& right);

// Whom a fault takes for the leader when it strikes.
struct Leadership {
  std::optional<std::string> leader;  // as far as is known, and running
  Names stand_ins;                    // one of them is struck where there is none; empty: any node
  std::string why_unknown = "the leader is not known";

  // For the detail of a fault that struck a stand-in.
  std::string note() const { return why_unknown + ", so a node at random"; }
};

// What a partition needs to know to be drawn.
struct PartitionScene {
  Names nodes;
  Names clients;  // client machines
  Leadership leadership;
};

struct Partition {
  Grudge cut;
  Names targets;       // the nodes on the side that was chosen
  std::string detail;  // "n2 | n1 n3 n4 n5"
};

// Draws a partition of a kind of the catalogue ("partition-halves" ...). `side` are the nodes on
// one side when the plan names them, else empty. Requires a known kind; an impossible one (halves
// of a single node) is an empty cut whose detail says so.
Partition draw_partition(std::string_view kind, const PartitionScene& scene, const Names& side,
                         Random& random);

}  // namespace faultrig
