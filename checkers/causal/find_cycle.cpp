#include <algorithm>
#include <numeric>

#include "checkers/causal/conflict_order.hpp"
#include "checkers/causal/session_run.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;
// A shortest way round is looked for through so many links at most.
constexpr std::size_t most_tried = 24;

// Edges by their target, each looked at once.
class IncomingEdges {
 public:
  IncomingEdges(const CausalHistory& history, std::span<const ConflictEdge> edges)
      : edges_(edges), next_(std::size_t{history.size()} + 1, 0), by_target_(edges.size()) {
    for (const ConflictEdge& edge : edges) ++next_[edge.to];
    std::uint32_t sum = 0;
    for (std::uint32_t& count : next_) sum = count += sum;
    for (std::size_t i = edges.size(); i-- > 0;) {
      by_target_[--next_[edges[i].to]] = static_cast<std::uint32_t>(i);
    }
    end_.assign(next_.begin() + 1, next_.end());
  }
  // The source of the next edge into `operation` that is not done; none when all are.
  std::uint32_t blocker(std::uint32_t operation, const SessionRun& run) {
    for (std::uint32_t& next = next_[operation]; next < end_[operation]; ++next) {
      const std::uint32_t from = edges_[by_target_[next]].from;
      if (!run.is_done(from)) return from;
    }
    return none;
  }

 private:
  std::span<const ConflictEdge> edges_;
  std::vector<std::uint32_t> next_;  // of an operation: the place of the next edge to look at
  std::vector<std::uint32_t> end_;
  std::vector<std::uint32_t> by_target_;
};

// Links that a cycle may go through: those into the operations of the cycle found, then others.
std::vector<CausalLink> candidates(const CausalHistory& history,
                                   std::span<const ConflictEdge> edges, const SessionRun& run,
                                   std::vector<std::uint32_t> cycle) {
  std::vector<CausalLink> links;
  std::sort(cycle.begin(), cycle.end());
  const auto is_on_cycle = [&](std::uint32_t operation) {
    return std::binary_search(cycle.begin(), cycle.end(), operation);
  };
  for (std::uint32_t operation : cycle) {
    const std::uint32_t source = history.source_of[operation];
    const bool is_returned = source != operation && source < CausalHistory::initial;
    if (is_returned && links.size() < most_tried) {
      links.push_back({source, operation, LinkReason::reads_from});
    }
  }
  for (const bool wanted : {true, false}) {
    for (const ConflictEdge& edge : edges) {
      if (links.size() >= most_tried) return links;
      if (run.is_done(edge.from) || run.is_done(edge.to) || is_on_cycle(edge.to) != wanted)
        continue;
      links.push_back({edge.from, edge.to, LinkReason::conflict_order, edge.read});
    }
  }
  return links;
}

}  // namespace

CausalProof find_cycle(const CausalHistory& history, std::span<const ConflictEdge> edges,
                       std::string_view pattern, std::uint64_t& steps) {
  std::vector<std::uint32_t> sessions(history.sessions());
  std::iota(sessions.begin(), sessions.end(), 0U);
  IncomingEdges incoming(history, edges);
  SessionRun run(history);
  steps += history.size() + edges.size();
  const bool ended = run.run(
      sessions,
      [&](std::uint32_t operation) {
        const std::uint32_t source = history.source_of[operation];
        if (source == operation) return incoming.blocker(operation, run);
        return source < CausalHistory::initial && !run.is_done(source) ? source : none;
      },
      [](std::uint32_t) {});
  CausalProof proof;
  if (ended) return proof;

  PathSearch search(history);
  search.set_edges(edges);
  std::vector<std::uint32_t> begin(history.sessions());
  for (std::uint32_t s = 0; s < history.sessions(); ++s) begin[s] = run.at(s);
  const PathSearch::Limits limits{.begin = begin, .edges_since = 0};
  std::vector<CausalLink> shortest;
  for (const CausalLink& link : candidates(history, edges, run, run.stuck_cycle(sessions))) {
    std::vector<CausalLink> way = search.find(link.to, link.from, limits);
    if (way.empty() || (!shortest.empty() && way.size() + 1 >= shortest.size())) continue;
    way.push_back(link);
    shortest = std::move(way);
  }
  proof.pattern = pattern;
  proof.cycle = add_links(proof, std::move(shortest));
  steps += search.steps();
  return proof;
}

}  // namespace faultrig
