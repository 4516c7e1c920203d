// Decides each level when asked, and keeps what levels share: the causal order, the conflict order.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "checkers/causal/causal_history.hpp"
#include "checkers/causal/causal_level.hpp"
#include "checkers/causal/causal_order.hpp"
#include "checkers/causal/causal_proof.hpp"
#include "checkers/causal/conflict_order.hpp"
#include "checkers/causal/session_guarantees.hpp"

namespace faultrig {

class CausalJudge {
 public:
  struct Answer {
    const CausalProof* proof = nullptr;  // that the level is broken
    bool is_complete = true;             // false: nothing was found before the budget ended
    bool lacks_memory = false;
    std::uint64_t breaches = 0;  // reads that break a session guarantee
    std::string_view procedure;
  };

  // The history must outlive the judge.
  CausalJudge(const CausalHistory& history, const CausalLimits& limits);

  // Each level once costs something, again nothing. A refused history has the empty answer.
  Answer judge(CausalLevel level);
  std::uint64_t steps() const { return steps_; }

 private:
  // What was found of one level.
  struct Result {
    CausalProof proof;
    bool is_complete = true;
    bool lacks_memory = false;
    std::uint64_t breaches = 0;
  };
  CausalLimits left() const {
    return {limits_.steps - std::min(limits_.steps, steps_), limits_.bytes};
  }
  Result decide(CausalLevel level);
  Result decide_guarantee(SessionGuarantee guarantee);
  Result decide_read_atomic();
  Result decide_causal();
  Result decide_convergence();
  Result decide_views(const CausalOrder* order);
  const Result& result_of(CausalLevel level);
  CausalProof shortest_stale(const std::vector<ConflictOrder::Stale>& stale,
                             std::string_view pattern);
  CausalProof prove_stale(PathSearch& search, const ConflictOrder::Stale& stale) const;

  const CausalHistory& history_;
  CausalLimits limits_;
  std::uint64_t steps_ = 0;
  std::array<std::optional<Result>, 9> results_;
  std::optional<SessionGuarantees> guarantees_;
  std::optional<CausalOrder> order_;
  std::optional<ConflictOrder> conflicts_;
};

}  // namespace faultrig
