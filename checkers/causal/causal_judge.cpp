#include "checkers/causal/causal_judge.hpp"

#include <algorithm>
#include <utility>

#include "checkers/causal/session_view.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;

std::string_view procedure_of(CausalLevel level) {
  switch (level) {
    case CausalLevel::read_your_writes:
    case CausalLevel::monotonic_reads:
    case CausalLevel::monotonic_writes:
    case CausalLevel::writes_follow_reads:
      return "one pass a session";
    case CausalLevel::read_atomic:
      return "acyclicity of what reads after own writes imply";
    case CausalLevel::pram:
    case CausalLevel::causal_memory:
      return "what is before each read of a session, from the last to the first";
    case CausalLevel::causal:
      return "vector clocks, the last writes a session has seen";
    case CausalLevel::causal_convergence:
      return "vector clocks, acyclicity of the conflict order";
  }
  return "";
}

// For each read of another's write, the last write of the key before it in its own session.
std::vector<ConflictEdge> own_overwrites(const CausalHistory& history, CausalProof& initial) {
  std::vector<ConflictEdge> edges;
  std::vector<std::uint32_t> last(history.slots(), none);
  std::vector<std::uint32_t> last_of_key(history.slots_begin.size() - 1, none);
  for (std::uint32_t i = 0; i < history.size(); ++i) {
    std::uint32_t& write = last_of_key[history.key_of[i]];
    const std::uint32_t source = history.source_of[i];
    if (source == i) {
      write = i;
      continue;
    }
    const bool has_own = write != none && history.session_of[write] == history.session_of[i];
    if (!has_own || source == none || source == write) continue;
    if (source != CausalHistory::initial) {
      edges.push_back({write, source, i});
    } else if (!initial.found()) {
      initial.pattern = "WriteCOInitRead";
      initial.cycle = add_links(
          initial, {{write, i, LinkReason::session_order}, {i, write, LinkReason::initial_value}});
    }
  }
  return edges;
}

}  // namespace

CausalJudge::CausalJudge(const CausalHistory& history, const CausalLimits& limits)
    : history_(history), limits_(limits) {}

CausalJudge::Answer CausalJudge::judge(CausalLevel level) {
  if (!history_.refusal.empty()) return {.is_complete = false, .procedure = "none"};
  const Result& result = result_of(level);
  return {.proof = result.proof.found() ? &result.proof : nullptr,
          .is_complete = result.is_complete,
          .lacks_memory = result.lacks_memory,
          .breaches = result.breaches,
          .procedure = procedure_of(level)};
}

const CausalJudge::Result& CausalJudge::result_of(CausalLevel level) {
  std::optional<Result>& result = results_[static_cast<std::size_t>(level)];
  if (!result) result = decide(level);
  return *result;
}

CausalJudge::Result CausalJudge::decide(CausalLevel level) {
  // A value from nowhere breaks whatever explains reads by writes; the session guarantees compare
  // values that were written and have nothing to say.
  if (level > CausalLevel::writes_follow_reads && !history_.baseless.empty()) {
    Result result;
    result.proof.pattern = history_.baseless.front().failed_write ? "AbortedRead" : "ThinAirRead";
    result.proof.baseless = &history_.baseless.front();
    return result;
  }
  switch (level) {
    case CausalLevel::read_your_writes:
      return decide_guarantee(SessionGuarantee::read_your_writes);
    case CausalLevel::monotonic_reads:
      return decide_guarantee(SessionGuarantee::monotonic_reads);
    case CausalLevel::monotonic_writes:
      return decide_guarantee(SessionGuarantee::monotonic_writes);
    case CausalLevel::writes_follow_reads:
      return decide_guarantee(SessionGuarantee::writes_follow_reads);
    case CausalLevel::read_atomic:
      return decide_read_atomic();
    case CausalLevel::pram:
      return decide_views(nullptr);
    case CausalLevel::causal:
      return decide_causal();
    case CausalLevel::causal_convergence:
    case CausalLevel::causal_memory:
      break;
  }
  // What breaks causal consistency breaks both.
  const Result& causal = result_of(CausalLevel::causal);
  if (causal.proof.found() || !causal.is_complete) return causal;
  return level == CausalLevel::causal_memory ? decide_views(&*order_) : decide_convergence();
}

CausalJudge::Result CausalJudge::decide_guarantee(SessionGuarantee guarantee) {
  if (!guarantees_) {
    guarantees_ = judge_session_guarantees(history_, left().steps);
    steps_ += guarantees_->steps;
  }
  const SessionGuarantees::Breach& breach = guarantees_->of(guarantee);
  return {.proof = breach.proof, .is_complete = guarantees_->is_complete, .breaches = breach.reads};
}

CausalJudge::Result CausalJudge::decide_read_atomic() {
  Result result;
  const std::vector<ConflictEdge> edges = own_overwrites(history_, result.proof);
  if (result.proof.found()) return result;
  result.proof = find_cycle(history_, edges, "CyclicRA", steps_);
  if (!result.proof.found()) return result;
  PathSearch search(history_);
  add_premises(result.proof, search, [](std::uint32_t) { return PathSearch::Limits{}; });
  return result;
}

CausalProof CausalJudge::prove_stale(PathSearch& search, const ConflictOrder::Stale& stale) const {
  const std::uint32_t source = history_.source_of[stale.read];
  CausalProof proof;
  // Nothing outside the past of the target can be on a path to it.
  std::vector<std::uint32_t> end(history_.sessions());
  const auto way = [&](std::uint32_t from, std::uint32_t to) {
    for (std::uint32_t s = 0; s < history_.sessions(); ++s) end[s] = order_->bound(to, s);
    end[history_.session_of[to]] = to + 1;
    return search.find(from, to, {.end = end});
  };
  std::vector<CausalLink> known = way(stale.newer, stale.read);
  if (source == CausalHistory::initial) {
    known.push_back({stale.read, stale.newer, LinkReason::initial_value});
    proof.cycle = add_links(proof, std::move(known));
    return proof;
  }
  proof.cycle = add_links(proof, way(source, stale.newer));
  CausalLink back{stale.newer, source, LinkReason::conflict_order, stale.read};
  back.premise = add_links(proof, std::move(known));
  proof.cycle.push_back(add_links(proof, {std::move(back)}).front());
  return proof;
}

CausalProof CausalJudge::shortest_stale(const std::vector<ConflictOrder::Stale>& stale,
                                        std::string_view pattern) {
  PathSearch search(history_);
  CausalProof shortest;
  for (const ConflictOrder::Stale& each : stale) {
    CausalProof proof = prove_stale(search, each);
    const bool is_better =
        !shortest.found() || operations_named(proof) < operations_named(shortest);
    if (is_better) shortest = std::move(proof);
    shortest.pattern = pattern;
  }
  steps_ += search.steps();
  return shortest;
}

CausalJudge::Result CausalJudge::decide_causal() {
  Result result;
  order_.emplace(history_, limits_.bytes);
  steps_ += order_->steps();
  if (!order_->is_acyclic()) {
    result.proof = find_cycle(history_, {}, "CyclicCO", steps_);
    return result;
  }
  result.lacks_memory = !order_->is_complete();
  result.is_complete = order_->is_complete();
  if (!result.is_complete) return result;
  conflicts_ = conflict_order(history_, *order_, left());
  steps_ += conflicts_->steps;
  if (!conflicts_->initial.empty()) {
    result.proof = shortest_stale(conflicts_->initial, "WriteCOInitRead");
  } else if (!conflicts_->overwritten.empty()) {
    result.proof = shortest_stale(conflicts_->overwritten, "WriteCORead");
  } else {
    result.is_complete = conflicts_->is_complete;
  }
  return result;
}

CausalJudge::Result CausalJudge::decide_convergence() {
  Result result;
  result.proof = find_cycle(history_, conflicts_->edges, "CyclicCF", steps_);
  if (!result.proof.found()) return result;
  PathSearch search(history_);
  add_premises(result.proof, search, [](std::uint32_t) { return PathSearch::Limits{}; });
  steps_ += search.steps();
  return result;
}

CausalJudge::Result CausalJudge::decide_views(const CausalOrder* order) {
  SessionViews views = judge_session_views(history_, order, left());
  steps_ += views.steps;
  return {.proof = std::move(views.proof), .is_complete = views.is_complete};
}

}  // namespace faultrig
