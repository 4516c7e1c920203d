// The second half of session_view: cycles among what one read adds to what was before the read
// before it, its layer.
//
// A few edges are compared with each other through the order; for more, the sessions run over the
// layer (session_run.hpp). Cost: O(e^3) for e edges, at most 12, or O(layer + edges).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checkers/causal/before_reads.hpp"
#include "checkers/causal/session_run.hpp"

namespace faultrig {

class ReadLayers {
 public:
  ReadLayers(const CausalHistory& history, const CausalOrder* order);

  // Whether all layers of the session are free of cycles.
  bool are_acyclic(const BeforeReads& before, std::uint64_t& steps);
  // After a cycle was found: edges that may be on it, in the order of `before`.
  const std::vector<std::uint32_t>& suspects() const { return suspects_; }

 private:
  struct Inner {
    std::uint32_t layer;
    std::uint32_t to;
    std::uint32_t edge;
  };
  void find_inner_edges(const BeforeReads& before, std::uint64_t& steps);
  bool is_acyclic(const BeforeReads& before, std::span<const Inner> edges, std::uint64_t& steps);
  bool compare(const BeforeReads& before, std::span<const Inner> edges);
  bool run(const BeforeReads& before, std::span<const Inner> edges, std::uint64_t& steps);
  std::uint32_t blocker(const BeforeReads& before, std::uint32_t operation);
  bool is_before_or_same(std::uint32_t a, std::uint32_t b) const {
    if (history_.session_of[a] == history_.session_of[b]) return a <= b;
    return order_ != nullptr && order_->precedes(a, b);
  }
  // Other layers are done, or do not matter.
  bool is_done(std::uint32_t operation) const {
    return run_of_[history_.session_of[operation]] != runs_ || run_.is_done(operation);
  }

  const CausalHistory& history_;
  const CausalOrder* order_;
  SessionRun run_;
  std::uint64_t runs_ = 0;
  std::vector<std::uint64_t> run_of_;      // of a session: the last run it took part in
  std::vector<std::uint32_t> sessions_;    // that take part in the run at hand
  std::vector<std::uint32_t> first_edge_;  // into an operation; lists through next_edge_
  std::vector<std::uint32_t> next_edge_;
  std::vector<Inner> inner_;
  std::vector<std::uint32_t> suspects_;
};

}  // namespace faultrig
