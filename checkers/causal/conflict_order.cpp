#include "checkers/causal/conflict_order.hpp"

#include <algorithm>
#include <bit>

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;
// Of the stale reads so many are kept: the shortest story among the first few is told.
constexpr std::size_t most_stale = 8;

class Sweep {
 public:
  Sweep(const CausalHistory& history, const CausalOrder& order, const CausalLimits& limits)
      : history_(history),
        order_(order),
        limits_(limits),
        last_(history.slots(), none),
        emitted_(history.slots()) {}

  ConflictOrder run() {
    for (std::uint32_t s = 0; s < history_.sessions() && result_.is_complete; ++s) visit(s);
    keep_first(result_.overwritten);
    keep_first(result_.initial);
    return std::move(result_);
  }

 private:
  struct Emitted {
    std::uint32_t from = none;
    std::uint32_t to = none;
  };
  void visit(std::uint32_t session);
  void choose_way(std::uint32_t session);
  void advance(std::uint32_t session, ClockTree::Clock from, ClockTree::Clock to);
  std::uint32_t last_before(std::uint32_t slot, std::uint32_t bound) const;
  void look(std::uint32_t session, std::uint32_t read);
  void look_at(std::uint32_t read, std::uint32_t slot, std::uint32_t bound);
  void compare(std::uint32_t read, std::uint32_t source, std::uint32_t slot, std::uint32_t write);
  void keep_first(std::vector<ConflictOrder::Stale>& stale) const;
  void note(std::vector<ConflictOrder::Stale>& stale, std::uint32_t read, std::uint32_t newer) {
    if (stale.size() >= 4096) keep_first(stale);
    stale.push_back({read, newer});
  }

  const CausalHistory& history_;
  const CausalOrder& order_;
  CausalLimits limits_;
  ConflictOrder result_;
  // The last write of each slot that the sweep has passed. What an earlier session left here needs
  // no clearing: it is below the bound only where this session has passed it, too, and set it anew.
  std::vector<std::uint32_t> last_;
  std::vector<Emitted> emitted_;  // by slot, so that rereading makes no second edge
  bool sweeps_ = true;
};

// Sweeping costs the whole past of the session's last operation, at most all; searching, a binary
// search for each read and slot.
void Sweep::choose_way(std::uint32_t session) {
  std::uint64_t searching = 0;
  const std::uint32_t end = history_.session_begin[session + 1];
  for (std::uint32_t i = history_.session_begin[session]; i < end; ++i) {
    if (!history_.is_judged_read(i)) continue;
    const std::uint32_t key = history_.key_of[i];
    searching += 8 * (history_.slots_begin[key + 1] - history_.slots_begin[key]);
  }
  sweeps_ = history_.size() < searching;
}

void Sweep::visit(std::uint32_t session) {
  choose_way(session);
  ClockTree::Clock clock = ClockTree::nothing;
  const std::uint32_t end = history_.session_begin[session + 1];
  for (std::uint32_t i = history_.session_begin[session]; i < end; ++i) {
    if (history_.is_write(i) && sweeps_) last_[history_.slot_of[i]] = i;
    if (!history_.is_judged_read(i)) continue;
    if (sweeps_) advance(session, clock, order_.clock_of(i));
    clock = order_.clock_of(i);
    look(session, i);
  }
  const bool fits = result_.edges.size() * sizeof(ConflictEdge) <= limits_.bytes;
  result_.is_complete = fits && result_.steps <= limits_.steps;
}

void Sweep::advance(std::uint32_t session, ClockTree::Clock from, ClockTree::Clock to) {
  order_.clocks().visit_newer(
      to, from, [&](std::uint32_t other, std::uint32_t bound, std::uint32_t seen) {
        if (other == session) return;
        const std::uint32_t begin = std::max(seen, history_.session_begin[other]);
        for (std::uint32_t i = begin; i < bound; ++i) {
          const std::uint32_t slot = history_.slot_of[i];
          if (slot != none) last_[slot] = i;
        }
        result_.steps += bound - begin;
      });
}

std::uint32_t Sweep::last_before(std::uint32_t slot, std::uint32_t bound) const {
  if (sweeps_) return last_[slot] < bound ? last_[slot] : none;
  const auto begin = history_.writes.begin() + history_.writes_begin[slot];
  const auto end = history_.writes.begin() + history_.writes_begin[slot + 1];
  const auto at = std::lower_bound(begin, end, bound);
  return at == begin ? none : *(at - 1);
}

void Sweep::look_at(std::uint32_t read, std::uint32_t slot, std::uint32_t bound) {
  const std::uint32_t write = last_before(slot, bound), source = history_.source_of[read];
  ++result_.steps;
  if (write == none || write == source) return;
  if (source == CausalHistory::initial) {
    note(result_.initial, read, write);
  } else {
    compare(read, source, slot, write);
  }
}

// Only sessions of which the read knows more than the write it returned can have a say.
void Sweep::look(std::uint32_t session, std::uint32_t read) {
  const std::uint32_t source = history_.source_of[read], key = history_.key_of[read];
  const std::uint32_t begin = history_.slots_begin[key], end = history_.slots_begin[key + 1];
  const std::uint32_t* writers = history_.session_of_slot.data();
  const ClockTree::Clock clock = order_.clock_of(read);
  const ClockTree::Clock known =
      source == CausalHistory::initial ? ClockTree::nothing : order_.clock_of(source);
  order_.clocks().visit_newer_among(clock, known, writers, begin, end, [&](std::uint32_t slot) {
    const std::uint32_t writer = writers[slot];
    if (writer != session) look_at(read, slot, order_.clocks().bound(clock, writer));
  });
  const std::uint32_t* own = std::lower_bound(writers + begin, writers + end, session);
  if (own < writers + end && *own == session) {
    look_at(read, static_cast<std::uint32_t>(own - writers), read);
  }
}

void Sweep::compare(std::uint32_t read, std::uint32_t source, std::uint32_t slot,
                    std::uint32_t write) {
  if (order_.precedes(write, source)) return;
  Emitted& emitted = emitted_[slot];
  if (emitted.from == write && emitted.to == source) return;
  emitted = {write, source};
  if (order_.precedes(source, write)) note(result_.overwritten, read, write);
  result_.edges.push_back({write, source, read});
}

void Sweep::keep_first(std::vector<ConflictOrder::Stale>& stale) const {
  const std::size_t kept = std::min(stale.size(), most_stale);
  std::partial_sort(stale.begin(), stale.begin() + static_cast<std::ptrdiff_t>(kept), stale.end(),
                    [&](const auto& a, const auto& b) {
                      const auto at = [&](const ConflictOrder::Stale& each) {
                        return std::pair(history_.position[each.read], each.newer);
                      };
                      return at(a) < at(b);
                    });
  stale.resize(kept);
}

}  // namespace

ConflictOrder conflict_order(const CausalHistory& history, const CausalOrder& order,
                             const CausalLimits& limits) {
  return Sweep(history, order, limits).run();
}

}  // namespace faultrig
