// For one session: what must be before each of its reads in every order that explains them, and
// the edges between writes that this adds (see session_view.hpp for the idea and why one pass from
// the last read to the first is enough).
#pragma once

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

  // Without `order` only the session order and the session's own reads-from count.
  BeforeReads(const CausalHistory& history, const CausalOrder* order);
  // False when the limits do not allow it; then nothing counts.
  bool compute(std::uint32_t session, const CausalLimits& limits);

  std::uint32_t session() const { return session_; }
  std::span<const std::uint32_t> reads() const { return reads_; }
  // The sessions that may have something before the reads: without `order` those that were read
  // from. Each has a column, by its place here.
  std::span<const std::uint32_t> sessions() const { return sessions_; }
  // One past the last operation of the session of each column that is before the read of this index
  // (the read included).
  const std::uint32_t* bounds(std::size_t index) const {
    return bounds_.data() + index * sessions_.size();
  }
  // Those not implied by the order they start from, and not repeated.
  std::span<const ConflictEdge> edges() const { return edges_; }
  const std::optional<Refutation>& refutation() const { return refutation_; }
  std::uint64_t steps() const { return steps_; }

 private:
  void start();
  void include(std::uint32_t* bounds, std::uint32_t operation) const;
  bool is_implied(std::uint32_t from, std::uint32_t to) const;
  void close(std::size_t index);
  void look(std::size_t index);
  void compare(std::size_t index, std::uint32_t slot, std::uint32_t write);
  std::uint32_t last_before(std::uint32_t slot, std::uint32_t bound);
  std::uint32_t* bounds_at(std::size_t index) { return bounds_.data() + index * sessions_.size(); }
  void choose_sessions();

  // Of a slot, while this session is computed.
  struct SlotState {
    std::uint32_t session = CausalHistory::none;  // the session this was set for
    std::uint32_t place = 0;                      // in writes: one past the last within bounds
    std::uint32_t from = CausalHistory::none;     // the edge added last
    std::uint32_t to = CausalHistory::none;
  };

  const CausalHistory& history_;
  const CausalOrder* order_;
  std::uint32_t session_ = 0;
  std::vector<std::uint32_t> reads_;
  std::vector<std::uint32_t> sessions_;
  std::vector<std::uint32_t> column_of_;  // of a session; none for one without
  std::vector<std::uint32_t> bounds_;
  std::vector<std::uint32_t> first_read_;  // of an operation: the first read index it is before
  std::vector<SlotState> slot_state_;
  std::vector<ConflictEdge> edges_;
  // An edge begins to matter at the read before the first one that its source is surely before.
  std::vector<std::uint32_t> starts_at_;  // of a read index: list of edges, through next_start_
  std::vector<std::uint32_t> next_start_;
  std::vector<std::uint32_t> active_;
  std::optional<Refutation> refutation_;
  std::uint64_t steps_ = 0;
};

}  // namespace faultrig
