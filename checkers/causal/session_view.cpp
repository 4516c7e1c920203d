#include "checkers/causal/session_view.hpp"

#include <algorithm>

#include "checkers/causal/before_reads.hpp"
#include "checkers/causal/read_layers.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;
// A shortest cycle is looked for through so many edges at least.
constexpr std::size_t most_tried = 24;

class ViewJudge {
 public:
  ViewJudge(const CausalHistory& history, CausalOrder* order, const CausalLimits& limits)
      : history_(history),
        order_(order),
        limits_(limits),
        before_(history, order),
        layers_(history, order) {}

  SessionViews judge() {
    for (std::uint32_t s = 0; s < history_.sessions(); ++s) {
      const std::uint64_t left = limits_.steps - std::min(limits_.steps, result_.steps);
      if (!before_.compute(s, {left, limits_.bytes})) {
        result_.is_complete = false;
        break;
      }
      result_.steps += before_.steps();
      if (before_.refutation()) {
        prove(*before_.refutation());
        break;
      }
      if (!layers_.are_acyclic(before_, result_.steps)) {
        prove_cycle();
        break;
      }
    }
    return std::move(result_);
  }

 private:
  void prove(const BeforeReads::Refutation& refutation);
  void prove_cycle();
  PathSearch search();
  void finish(PathSearch& search, std::vector<CausalLink> cycle, std::string_view pattern);
  PathSearch::Limits limits_since(std::uint32_t read) const {
    return {.only_reader = order_ == nullptr ? before_.session() : none, .edges_since = read};
  }

  const CausalHistory& history_;
  CausalOrder* order_;
  CausalLimits limits_;
  BeforeReads before_;
  ReadLayers layers_;
  std::vector<ConflictEdge> edges_;  // of the session that is refuted
  SessionViews result_;
};

PathSearch ViewJudge::search() {
  for (const BeforeReads::Edge& each : before_.edges()) edges_.push_back(each.edge);
  PathSearch search(history_);
  search.set_edges(edges_);
  return search;
}

void ViewJudge::finish(PathSearch& search, std::vector<CausalLink> cycle,
                       std::string_view pattern) {
  result_.proof.pattern = pattern;
  result_.proof.cycle = add_links(result_.proof, std::move(cycle));
  // What a read adds rests on what is before it, which only later reads have added to.
  add_premises(result_.proof, search, [&](std::uint32_t read) { return limits_since(read + 1); });
}

void ViewJudge::prove(const BeforeReads::Refutation& refutation) {
  PathSearch paths = search();
  const std::uint32_t read = refutation.read;
  std::vector<CausalLink> cycle;
  std::string_view pattern = "CyclicHB";
  if (refutation.write == none) {
    // Something that follows the read in its session is before it.
    cycle = paths.find(read, read, limits_since(read + 1));
  } else if (history_.source_of[read] == CausalHistory::initial) {
    cycle = paths.find(refutation.write, read, limits_since(read + 1));
    cycle.push_back({read, refutation.write, LinkReason::initial_value});
    pattern = "WriteHBInitRead";
  } else {
    const std::uint32_t source = history_.source_of[read];
    cycle = paths.find(source, refutation.write, limits_since(0));
    cycle.push_back({refutation.write, source, LinkReason::conflict_order, read});
  }
  finish(paths, std::move(cycle), pattern);
}

void ViewJudge::prove_cycle() {
  PathSearch paths = search();
  std::vector<CausalLink> shortest;
  std::size_t tried = 0;
  for (std::uint32_t suspect : layers_.suspects()) {
    // Nobody needs the very shortest, but a cycle it must be.
    if (tried++ >= most_tried && !shortest.empty()) break;
    const ConflictEdge& edge = edges_[suspect];
    std::vector<CausalLink> way = paths.find(edge.to, edge.from, limits_since(0));
    if (way.empty() || (!shortest.empty() && way.size() + 1 >= shortest.size())) continue;
    way.push_back({edge.from, edge.to, LinkReason::conflict_order, edge.read});
    shortest = std::move(way);
  }
  finish(paths, std::move(shortest), "CyclicHB");
}

}  // namespace

SessionViews judge_session_views(const CausalHistory& history, CausalOrder* order,
                                 const CausalLimits& limits) {
  return ViewJudge(history, order, limits).judge();
}

}  // namespace faultrig
