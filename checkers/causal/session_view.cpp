#include "checkers/causal/session_view.hpp"

#include <algorithm>

#include "checkers/causal/before_reads.hpp"
#include "checkers/causal/session_run.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;

// The second half of the judgement: cycles among what a read adds to the past of the one before.
class LayerRuns {
 public:
  LayerRuns(const CausalHistory& history, const CausalOrder* order)
      : history_(history),
        order_(order),
        run_(history),
        layer_of_(history.size(), none),
        first_edge_(history.size(), none) {}

  // Whether the reads' layers are free of cycles.
  bool are_acyclic(const BeforeReads& before, std::uint64_t& steps);
  // After a cycle was found: whether the edge may be on it.
  bool may_be_on_cycle(const ConflictEdge& edge) const {
    return layer_of_[edge.from] == layer_ && layer_of_[edge.to] == layer_ &&
           !run_.is_done(edge.from) && !run_.is_done(edge.to);
  }

 private:
  std::uint32_t begin_of(const BeforeReads& before, std::uint32_t layer, std::size_t column) const {
    return layer > 0 ? before.bounds(layer - 1)[column]
                     : history_.session_begin[before.sessions()[column]];
  }
  void set_layers(const BeforeReads& before);
  void sort_edges(const BeforeReads& before);
  bool is_layer_acyclic(const BeforeReads& before, std::uint32_t layer, std::uint64_t& steps);
  std::uint32_t blocker(const BeforeReads& before, std::uint32_t operation);

  const CausalHistory& history_;
  const CausalOrder* order_;
  SessionRun run_;
  std::vector<std::uint32_t> layer_of_;    // of an operation before the last read
  std::vector<std::uint32_t> first_edge_;  // into an operation; lists through next_edge_
  std::vector<std::uint32_t> next_edge_;
  std::vector<std::uint32_t> targets_;   // whose lists are not empty
  std::vector<std::uint32_t> layers_;    // that have edges inside, ascending
  std::uint32_t layer_ = 0;              // the one at hand
  std::vector<std::uint32_t> sessions_;  // that take part in the layer at hand
};

void LayerRuns::set_layers(const BeforeReads& before) {
  for (std::uint32_t layer = 0; layer < before.reads().size(); ++layer) {
    for (std::size_t column = 0; column < before.sessions().size(); ++column) {
      const std::uint32_t end = before.bounds(layer)[column];
      for (std::uint32_t i = begin_of(before, layer, column); i < end; ++i) layer_of_[i] = layer;
    }
  }
}

void LayerRuns::sort_edges(const BeforeReads& before) {
  layers_.clear();
  next_edge_.assign(before.edges().size(), none);
  for (std::uint32_t target : targets_) first_edge_[target] = none;
  targets_.clear();
  for (std::uint32_t i = 0; i < before.edges().size(); ++i) {
    const ConflictEdge& edge = before.edges()[i];
    if (layer_of_[edge.from] != layer_of_[edge.to]) continue;
    next_edge_[i] = first_edge_[edge.to];
    first_edge_[edge.to] = i;
    targets_.push_back(edge.to);
    layers_.push_back(layer_of_[edge.to]);
  }
  std::sort(layers_.begin(), layers_.end());
  layers_.erase(std::unique(layers_.begin(), layers_.end()), layers_.end());
}

// Something of the same layer that must come first. Other layers are done, or do not matter.
std::uint32_t LayerRuns::blocker(const BeforeReads& before, std::uint32_t operation) {
  const std::uint32_t source = history_.source_of[operation];
  if (source != operation) {
    const bool counts = order_ != nullptr && source < CausalHistory::initial;
    return counts && !run_.is_done(source) ? source : none;
  }
  // An edge that was done once stays done, so it need not be looked at again.
  for (std::uint32_t& i = first_edge_[operation]; i != none; i = next_edge_[i]) {
    if (!run_.is_done(before.edges()[i].from)) return before.edges()[i].from;
  }
  return none;
}

bool LayerRuns::is_layer_acyclic(const BeforeReads& before, std::uint32_t layer,
                                 std::uint64_t& steps) {
  sessions_.clear();
  for (std::size_t column = 0; column < before.sessions().size(); ++column) {
    const std::uint32_t begin = begin_of(before, layer, column);
    const std::uint32_t end = before.bounds(layer)[column];
    const std::uint32_t session = before.sessions()[column];
    run_.restrict(session, begin, end);
    if (begin < end) sessions_.push_back(session);
    steps += 1 + end - begin;
  }
  return run_.run(
      sessions_, [&](std::uint32_t operation) { return blocker(before, operation); },
      [](std::uint32_t) {});
}

bool LayerRuns::are_acyclic(const BeforeReads& before, std::uint64_t& steps) {
  set_layers(before);
  sort_edges(before);
  for (std::uint32_t layer : layers_) {
    layer_ = layer;
    if (!is_layer_acyclic(before, layer, steps)) return false;
  }
  return true;
}

class ViewJudge {
 public:
  ViewJudge(const CausalHistory& history, const CausalOrder* order, const CausalLimits& limits)
      : history_(history), order_(order), limits_(limits), layers_(history, order) {}

  SessionViews judge() {
    BeforeReads before(history_, order_);
    for (std::uint32_t s = 0; s < history_.sessions(); ++s) {
      if (!before.compute(
              s, {limits_.steps - std::min(limits_.steps, result_.steps), limits_.bytes})) {
        result_.is_complete = false;
        break;
      }
      result_.steps += before.steps();
      if (before.refutation()) {
        prove(before, *before.refutation());
        break;
      }
      if (!layers_.are_acyclic(before, result_.steps)) {
        prove_cycle(before);
        break;
      }
    }
    return std::move(result_);
  }

 private:
  void prove(const BeforeReads& before, const BeforeReads::Refutation& refutation);
  void prove_cycle(const BeforeReads& before);
  void finish(const BeforeReads& before, PathSearch& search, std::vector<CausalLink> cycle,
              std::string_view pattern);
  PathSearch::Limits limits_since(const BeforeReads& before, std::uint32_t read) const {
    return {.only_reader = order_ == nullptr ? before.session() : none, .edges_since = read};
  }

  const CausalHistory& history_;
  const CausalOrder* order_;
  CausalLimits limits_;
  LayerRuns layers_;
  SessionViews result_;
};

void ViewJudge::finish(const BeforeReads& before, PathSearch& search, std::vector<CausalLink> cycle,
                       std::string_view pattern) {
  result_.proof.pattern = pattern;
  result_.proof.cycle = add_links(result_.proof, std::move(cycle));
  // What a read adds rests on what is before it, which only later reads have added to.
  add_premises(result_.proof, search,
               [&](std::uint32_t read) { return limits_since(before, read + 1); });
}

void ViewJudge::prove(const BeforeReads& before, const BeforeReads::Refutation& refutation) {
  PathSearch search(history_);
  search.set_edges(before.edges());
  const std::uint32_t read = refutation.read;
  std::vector<CausalLink> cycle;
  std::string_view pattern = "CyclicHB";
  if (refutation.write == none) {
    // Something that follows the read in its session is before it.
    cycle = search.find(read, read, limits_since(before, read + 1));
  } else if (history_.source_of[read] == CausalHistory::initial) {
    cycle = search.find(refutation.write, read, limits_since(before, read + 1));
    cycle.push_back({read, refutation.write, LinkReason::initial_value});
    pattern = "WriteHBInitRead";
  } else {
    const std::uint32_t source = history_.source_of[read];
    cycle = search.find(source, refutation.write, limits_since(before, 0));
    cycle.push_back({refutation.write, source, LinkReason::conflict_order, read});
  }
  finish(before, search, std::move(cycle), pattern);
}

void ViewJudge::prove_cycle(const BeforeReads& before) {
  constexpr std::size_t most_tried = 24;
  PathSearch search(history_);
  search.set_edges(before.edges());
  std::vector<CausalLink> shortest;
  std::size_t tried = 0;
  for (const ConflictEdge& edge : before.edges()) {
    // Nobody needs the very shortest, but a cycle it must be.
    if (tried >= most_tried && !shortest.empty()) break;
    if (!layers_.may_be_on_cycle(edge)) continue;
    std::vector<CausalLink> way = search.find(edge.to, edge.from, limits_since(before, 0));
    ++tried;
    if (way.empty() || (!shortest.empty() && way.size() + 1 >= shortest.size())) continue;
    way.push_back({edge.from, edge.to, LinkReason::conflict_order, edge.read});
    shortest = std::move(way);
  }
  finish(before, search, std::move(shortest), "CyclicHB");
}

}  // namespace

SessionViews judge_session_views(const CausalHistory& history, const CausalOrder* order,
                                 const CausalLimits& limits) {
  return ViewJudge(history, order, limits).judge();
}

}  // namespace faultrig
