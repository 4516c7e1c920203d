#include "checkers/causal/read_layers.hpp"

#include <algorithm>
#include <tuple>

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;
// So many edges are compared each with each.
constexpr std::size_t few = 12;

}  // namespace

ReadLayers::ReadLayers(const CausalHistory& history, const CausalOrder* order)
    : history_(history),
      order_(order),
      run_(history),
      run_of_(history.sessions(), 0),
      first_edge_(history.size(), none) {}

// Edges with both ends in one layer, by layer. Of an edge that leads from one layer to another the
// source is in the lower one, since what is before a read is closed under edges.
void ReadLayers::find_inner_edges(const BeforeReads& before, std::uint64_t& steps) {
  inner_.clear();
  std::uint32_t layer = 0, layer_index = none;
  for (std::uint32_t i = 0; i < before.edges().size(); ++i) {
    const auto& [edge, index] = before.edges()[i];
    // Edges of one read stand together, and all lead to what it returned.
    if (index != layer_index) layer = before.first_after(edge.to, index);
    layer_index = index;
    const bool is_inner = layer == 0 || !before.is_before(edge.from, layer - 1);
    if (is_inner) inner_.push_back({layer, edge.to, i});
  }
  steps += before.edges().size();
  std::sort(inner_.begin(), inner_.end(), [](const Inner& a, const Inner& b) {
    return std::tie(a.layer, a.to, a.edge) < std::tie(b.layer, b.to, b.edge);
  });
}

bool ReadLayers::are_acyclic(const BeforeReads& before, std::uint64_t& steps) {
  find_inner_edges(before, steps);
  for (std::size_t begin = 0, end = 0; begin < inner_.size(); begin = end) {
    while (end < inner_.size() && inner_[end].layer == inner_[begin].layer) ++end;
    const std::span<const Inner> edges(&inner_[begin], end - begin);
    if (!is_acyclic(before, edges, steps)) return false;
  }
  return true;
}

bool ReadLayers::is_acyclic(const BeforeReads& before, std::span<const Inner> edges,
                            std::uint64_t& steps) {
  // A cycle needs two targets: none is before the source of an edge to itself, or the read that
  // made the edge would have been refuted.
  if (edges.front().to == edges.back().to) return true;
  steps += edges.size();
  if (edges.size() > few) return run(before, edges, steps);
  steps += edges.size() * edges.size();
  return compare(before, edges);
}

// Takes away edges to whose source nothing leads, until none is left or a cycle.
bool ReadLayers::compare(const BeforeReads& before, std::span<const Inner> edges) {
  suspects_.clear();
  for (const Inner& inner : edges) suspects_.push_back(inner.edge);
  const auto edge_of = [&](std::uint32_t i) -> const ConflictEdge& {
    return before.edges()[i].edge;
  };
  std::size_t size = 0;
  while (size != suspects_.size()) {
    size = suspects_.size();
    const std::vector<std::uint32_t> all = suspects_;
    std::erase_if(suspects_, [&](std::uint32_t i) {
      return std::none_of(all.begin(), all.end(), [&](std::uint32_t other) {
        return is_before_or_same(edge_of(other).to, edge_of(i).from);
      });
    });
  }
  return suspects_.empty();
}

// Something of the same layer that must come first.
std::uint32_t ReadLayers::blocker(const BeforeReads& before, std::uint32_t operation) {
  const std::uint32_t source = history_.source_of[operation];
  if (source != operation) {
    const bool counts = order_ != nullptr && source < CausalHistory::initial;
    return counts && !is_done(source) ? source : none;
  }
  // An edge that was done once stays done, so it need not be looked at again.
  for (std::uint32_t& i = first_edge_[operation]; i != none; i = next_edge_[i]) {
    const std::uint32_t from = before.edges()[i].edge.from;
    if (!is_done(from)) return from;
  }
  return none;
}

bool ReadLayers::run(const BeforeReads& before, std::span<const Inner> edges,
                     std::uint64_t& steps) {
  ++runs_;
  sessions_.clear();
  before.visit_layer(edges.front().layer,
                     [&](std::uint32_t session, std::uint32_t begin, std::uint32_t end) {
                       run_.restrict(session, begin, end);
                       run_of_[session] = runs_;
                       if (begin < end) sessions_.push_back(session);
                       steps += 1 + end - begin;
                     });
  next_edge_.resize(before.edges().size());
  for (const Inner& inner : edges) {
    next_edge_[inner.edge] = first_edge_[inner.to];
    first_edge_[inner.to] = inner.edge;
  }
  const bool ended = run_.run(
      sessions_, [&](std::uint32_t operation) { return blocker(before, operation); },
      [](std::uint32_t) {});
  suspects_.clear();
  for (const Inner& inner : edges) {
    first_edge_[inner.to] = none;
    const bool is_stuck = !is_done(before.edges()[inner.edge].edge.from) && !is_done(inner.to);
    if (is_stuck) suspects_.push_back(inner.edge);
  }
  return ended;
}

}  // namespace faultrig
