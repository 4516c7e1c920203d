#include "checkers/causal/before_reads.hpp"

#include <algorithm>

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;
constexpr std::uint32_t few_sessions = 64;

}  // namespace

BeforeReads::BeforeReads(const CausalHistory& history, CausalOrder* order)
    : history_(history),
      order_(order),
      own_tree_(history.sessions()),
      tree_(order != nullptr ? &order->clocks() : &own_tree_),
      tree_nodes_(tree_->nodes()),
      fills_(history.sessions() <= few_sessions),
      first_read_(fills_ ? history.size() : 0, none),
      slot_state_(history.slots()) {}

bool BeforeReads::compute(std::uint32_t session, const CausalLimits& limits) {
  session_ = session;
  tree_->forget_since(tree_nodes_);
  reads_.clear();
  edges_.clear();
  next_start_.clear();
  active_.clear();
  refutation_.reset();
  steps_ = 0;
  for (std::uint32_t i = history_.session_begin[session]; i < history_.session_begin[session + 1];
       ++i) {
    if (history_.is_judged_read(i)) reads_.push_back(i);
  }
  starts_at_.assign(reads_.size(), none);
  start();
  for (auto index = static_cast<std::uint32_t>(reads_.size()); index-- > 0 && !refutation_;) {
    close(index);
    if (!refutation_) look(index);
    const std::size_t bytes = edges_.size() * sizeof(Edge) + tree_->bytes();
    if (steps_ > limits.steps || bytes > limits.bytes) return false;
  }
  return true;
}

// Adds an operation and what the order has before it.
ClockTree::Clock BeforeReads::include(ClockTree::Clock clock, std::uint32_t operation) {
  if (order_ != nullptr) clock = tree_->join(clock, order_->clock_of(operation));
  return tree_->with(clock, history_.session_of[operation], operation + 1);
}

bool BeforeReads::is_implied(std::uint32_t from, std::uint32_t to) const {
  if (history_.session_of[from] == history_.session_of[to]) return from < to;
  return order_ != nullptr && order_->precedes(from, to);
}

// Clocks without any edge.
void BeforeReads::start() {
  base_.clear();
  ClockTree::Clock clock = ClockTree::nothing;
  for (std::uint32_t read : reads_) {
    const std::uint32_t source = history_.source_of[read];
    if (order_ != nullptr) {
      clock = order_->clock_of(read);
    } else if (source != CausalHistory::initial && history_.session_of[source] != session_) {
      clock = tree_->with(clock, history_.session_of[source], source + 1);
    } else if (source != CausalHistory::initial && source > read && !refutation_) {
      refutation_ = Refutation{read};
    }
    base_.push_back(clock);
  }
  before_ = base_;
  steps_ += reads_.size() * 4;
  if (fills_) fill_first_reads();
}

void BeforeReads::fill_first_reads() {
  // Until an edge is added, the layers are those of the base.
  for (std::uint32_t index = 0; index < reads_.size(); ++index) {
    visit_layer(index, [&](std::uint32_t, std::uint32_t begin, std::uint32_t end) {
      std::fill(first_read_.begin() + begin, first_read_.begin() + end, index);
      steps_ += end - begin;
    });
  }
}

// Close to `index` most of the time, so the steps back grow from small ones.
std::uint32_t BeforeReads::first_in(const Clocks& clocks, std::uint32_t operation,
                                    std::uint32_t index) const {
  std::uint32_t inside = index, step = 1;
  while (inside >= step && is_below(clocks, operation, inside - step)) {
    inside -= step;
    step *= 2;
  }
  std::uint32_t outside = inside >= step ? inside - step + 1 : 0;  // one past it
  while (outside < inside) {
    const std::uint32_t middle = outside + (inside - outside) / 2;
    if (is_below(clocks, operation, middle)) {
      inside = middle;
    } else {
      outside = middle + 1;
    }
  }
  return inside;
}

// Adds the sources of edges whose targets are before this read, until nothing changes.
void BeforeReads::close(std::uint32_t index) {
  for (std::uint32_t edge = starts_at_[index]; edge != none; edge = next_start_[edge]) {
    active_.push_back(edge);
  }
  if (active_.empty()) return;
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t i : active_) {
      const ConflictEdge& edge = edges_[i].edge;
      if (!is_before(edge.to, index) || is_before(edge.from, index)) continue;
      before_[index] = include(before_[index], edge.from);
      steps_ += 32;
      changed = true;
    }
    steps_ += active_.size() * 4;
  }
  // What is not before this read is before none of the earlier ones.
  std::erase_if(active_, [&](std::uint32_t i) { return !is_before(edges_[i].edge.to, index); });
  const std::uint32_t read = reads_[index];
  if (tree_->bound(before_[index], session_) > read + 1) refutation_ = Refutation{read};
}

// Bounds only ever fall, so the place of the last write does, too.
std::uint32_t BeforeReads::last_before(std::uint32_t slot, std::uint32_t bound) {
  SlotState& state = slot_state_[slot];
  const std::uint32_t begin = history_.writes_begin[slot];
  if (state.session != session_) {
    const auto first = history_.writes.begin() + begin;
    const auto end = history_.writes.begin() + history_.writes_begin[slot + 1];
    const auto place = std::lower_bound(first, end, bound) - first;
    state = {session_, begin + static_cast<std::uint32_t>(place)};
  }
  while (state.place > begin && history_.writes[state.place - 1] >= bound) --state.place;
  return state.place > begin ? history_.writes[state.place - 1] : none;
}

// Only sessions of which the read knows more than the write it returned can have a say.
void BeforeReads::look(std::uint32_t index) {
  const std::uint32_t read = reads_[index], source = history_.source_of[read];
  const std::uint32_t key = history_.key_of[read];
  const std::uint32_t begin = history_.slots_begin[key], end = history_.slots_begin[key + 1];
  const std::uint32_t* writers = history_.session_of_slot.data();
  const ClockTree::Clock clock = before_[index];
  const ClockTree::Clock known = order_ != nullptr && source != CausalHistory::initial
                                     ? order_->clock_of(source)
                                     : ClockTree::nothing;
  tree_->visit_newer_among(clock, known, writers, begin, end, [&](std::uint32_t slot) {
    if (writers[slot] != session_) look_at(index, slot, tree_->bound(clock, writers[slot]));
  });
  const std::uint32_t* own = std::lower_bound(writers + begin, writers + end, session_);
  if (own < writers + end && *own == session_) {
    look_at(index, static_cast<std::uint32_t>(own - writers), read);
  }
  steps_ += 4;
}

void BeforeReads::look_at(std::uint32_t index, std::uint32_t slot, std::uint32_t bound) {
  ++steps_;
  if (refutation_) return;
  const std::uint32_t write = last_before(slot, bound);
  if (write != none && write != history_.source_of[reads_[index]]) compare(index, slot, write);
}

void BeforeReads::compare(std::uint32_t index, std::uint32_t slot, std::uint32_t write) {
  const std::uint32_t read = reads_[index], source = history_.source_of[read];
  const bool same_session =
      source != CausalHistory::initial && history_.session_of[source] == history_.session_of[write];
  if (source == CausalHistory::initial || same_session) {
    refutation_ = Refutation{read, write};
    return;
  }
  SlotState& state = slot_state_[slot];
  if ((state.from == write && state.to == source) || is_implied(write, source)) return;
  state.from = write;
  state.to = source;
  const auto edge = static_cast<std::uint32_t>(edges_.size());
  edges_.push_back({{write, source, read}, index});
  next_start_.push_back(none);
  // It matters for earlier reads only, those that the source is not surely before.
  if (!is_below(base_, write, index)) {
    active_.push_back(edge);
    return;
  }
  const std::uint32_t first = first_surely_after(write, index);
  steps_ += 8;
  if (first == 0) return;
  next_start_[edge] = starts_at_[first - 1];
  starts_at_[first - 1] = edge;
}

}  // namespace faultrig
