// For one session: what must be before each of its reads in every order that explains them, and
// the edges between writes that this adds (see session_view.hpp for the idea and why one pass from
// the last read to the first is enough).
//
// What is before a read is a clock (clock_tree.hpp), so a read costs what it learnt, not what it
// knows.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checkers/causal/causal_order.hpp"
#include "checkers/causal/causal_proof.hpp"
#include "checkers/causal/conflict_order.hpp"

namespace faultrig {

class BeforeReads {
 public:
  // What shows at once that there is no order. Without a write: the read itself, or something that
  // follows it in its session, is before the read. With one: the write is before the read, and the
  // read returned the initial value, or an older write of the same session.
  struct Refutation {
    std::uint32_t read;
    std::uint32_t write = CausalHistory::none;
  };
  // Of a read at this index: `from` and `to` are both before it.
  struct Edge {
    ConflictEdge edge;
    std::uint32_t index;
  };

  // Without `order` only the session order and the session's own reads-from count. Clocks are added
  // to those of the order, and dropped again.
  BeforeReads(const CausalHistory& history, CausalOrder* order);
  // False when the limits do not allow it; then nothing counts.
  bool compute(std::uint32_t session, const CausalLimits& limits);

  std::uint32_t session() const { return session_; }
  std::span<const std::uint32_t> reads() const { return reads_; }
  // Those not implied by the order they start from, and not repeated.
  std::span<const Edge> edges() const { return edges_; }
  const std::optional<Refutation>& refutation() const { return refutation_; }
  std::uint64_t steps() const { return steps_; }

  // Whether the operation is before the read of this index (the read included).
  bool is_before(std::uint32_t operation, std::uint32_t index) const {
    return is_below(before_, operation, index);
  }
  // The first read that the operation is before; it is before the one of this index.
  std::uint32_t first_after(std::uint32_t operation, std::uint32_t index) const {
    return first_in(before_, operation, index);
  }
  // Calls f(session, begin, end) for what is before the read of this index and before none of the
  // earlier ones.
  template <typename F>
  void visit_layer(std::uint32_t index, F f) const;

 private:
  using Clocks = std::vector<ClockTree::Clock>;

  bool is_below(const Clocks& clocks, std::uint32_t operation, std::uint32_t index) const {
    const std::uint32_t session = history_.session_of[operation];
    return (session == session_ && operation <= reads_[index]) ||
           operation < tree_->bound(clocks[index], session);
  }
  std::uint32_t first_in(const Clocks& clocks, std::uint32_t operation, std::uint32_t index) const;
  void start();
  void fill_first_reads();
  std::uint32_t first_surely_after(std::uint32_t operation, std::uint32_t index) const {
    return fills_ ? first_read_[operation] : first_in(base_, operation, index);
  }
  ClockTree::Clock include(ClockTree::Clock clock, std::uint32_t operation);
  bool is_implied(std::uint32_t from, std::uint32_t to) const;
  void close(std::uint32_t index);
  void look(std::uint32_t index);
  void look_at(std::uint32_t index, std::uint32_t slot, std::uint32_t bound);
  void compare(std::uint32_t index, std::uint32_t slot, std::uint32_t write);
  std::uint32_t last_before(std::uint32_t slot, std::uint32_t bound);

  // Of a slot, while this session is computed.
  struct SlotState {
    std::uint32_t session = CausalHistory::none;  // the session this was set for
    std::uint32_t place = 0;                      // in writes: one past the last within the bound
    std::uint32_t from = CausalHistory::none;     // the edge added last
    std::uint32_t to = CausalHistory::none;
  };

  const CausalHistory& history_;
  CausalOrder* order_;
  ClockTree own_tree_;  // without an order
  ClockTree* tree_;
  std::uint64_t tree_nodes_;  // that are not ours
  std::uint32_t session_ = 0;
  std::vector<std::uint32_t> reads_;
  // By index of the read; of the session itself a clock knows only what follows the read.
  Clocks base_;    // without any edge
  Clocks before_;  // with the edges of all later reads
  // Of few sessions, a table is faster than to search: of an operation, the first index of a read
  // that it is surely before.
  bool fills_;
  std::vector<std::uint32_t> first_read_;
  std::vector<SlotState> slot_state_;
  std::vector<Edge> edges_;
  // An edge begins to matter at the read before the first one that its source is surely before.
  std::vector<std::uint32_t> starts_at_;  // of a read index: list of edges, through next_start_
  std::vector<std::uint32_t> next_start_;
  std::vector<std::uint32_t> active_;
  std::optional<Refutation> refutation_;
  std::uint64_t steps_ = 0;
};

template <typename F>
void BeforeReads::visit_layer(std::uint32_t index, F f) const {
  const ClockTree::Clock older = index > 0 ? before_[index - 1] : ClockTree::nothing;
  tree_->visit_newer(before_[index], older,
                     [&](std::uint32_t session, std::uint32_t end, std::uint32_t begin) {
                       begin = std::max(begin, history_.session_begin[session]);
                       if (session != session_) f(session, begin, end);
                     });
  f(session_, index > 0 ? reads_[index - 1] + 1 : history_.session_begin[session_],
    reads_[index] + 1);
}

}  // namespace faultrig
