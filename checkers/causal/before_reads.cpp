#include "checkers/causal/before_reads.hpp"

#include <algorithm>
#include <numeric>

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;

}  // namespace

BeforeReads::BeforeReads(const CausalHistory& history, const CausalOrder* order)
    : history_(history),
      order_(order),
      column_of_(history.sessions(), none),
      first_read_(history.size(), none),
      slot_state_(history.slots()) {}

bool BeforeReads::compute(std::uint32_t session, const CausalLimits& limits) {
  session_ = session;
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
  choose_sessions();
  const std::uint64_t cells = std::uint64_t{reads_.size()} * sessions_.size();
  if (cells > limits.steps || cells * sizeof(std::uint32_t) > limits.bytes) return false;
  bounds_.resize(cells);
  starts_at_.assign(reads_.size(), none);
  start();
  for (std::size_t index = reads_.size(); index-- > 0 && !refutation_;) {
    close(index);
    if (!refutation_) look(index);
    if (steps_ > limits.steps || edges_.size() * sizeof(ConflictEdge) > limits.bytes) return false;
  }
  return true;
}

void BeforeReads::choose_sessions() {
  if (order_ != nullptr) {
    if (!sessions_.empty()) return;
    sessions_.resize(history_.sessions());
    std::iota(sessions_.begin(), sessions_.end(), 0U);
    std::iota(column_of_.begin(), column_of_.end(), 0U);
    return;
  }
  for (std::uint32_t session : sessions_) column_of_[session] = none;
  sessions_.assign(1, session_);
  for (std::uint32_t read : reads_) {
    const std::uint32_t source = history_.source_of[read];
    if (source != CausalHistory::initial) sessions_.push_back(history_.session_of[source]);
  }
  std::sort(sessions_.begin(), sessions_.end());
  sessions_.erase(std::unique(sessions_.begin(), sessions_.end()), sessions_.end());
  for (std::uint32_t i = 0; i < sessions_.size(); ++i) column_of_[sessions_[i]] = i;
}

// Adds an operation and what the order has before it.
void BeforeReads::include(std::uint32_t* bounds, std::uint32_t operation) const {
  const std::uint32_t own = history_.session_of[operation];
  if (order_ != nullptr) {
    order_->clocks().visit_newer(order_->clock_of(operation), ClockTree::nothing,
                                 [&](std::uint32_t session, std::uint32_t bound, std::uint32_t) {
                                   if (session != own)
                                     bounds[session] = std::max(bounds[session], bound);
                                 });
  }
  std::uint32_t& bound = bounds[column_of_[own]];
  bound = std::max(bound, operation + 1);
}

bool BeforeReads::is_implied(std::uint32_t from, std::uint32_t to) const {
  if (history_.session_of[from] == history_.session_of[to]) return from < to;
  return order_ != nullptr && order_->precedes(from, to);
}

// The bounds without any edge, and where each operation enters them.
void BeforeReads::start() {
  std::vector<std::uint32_t> bounds;
  for (std::uint32_t session : sessions_) bounds.push_back(history_.session_begin[session]);
  std::vector<std::uint32_t> entered = bounds;
  const std::uint32_t own = column_of_[session_];
  ClockTree::Clock clock = ClockTree::nothing;
  for (std::size_t index = 0; index < reads_.size(); ++index) {
    const std::uint32_t read = reads_[index], source = history_.source_of[read];
    if (order_ == nullptr) {
      if (source != CausalHistory::initial) include(bounds.data(), source);
      bounds[own] = std::max(bounds[own], read + 1);
    } else if (order_->clock_of(read) != clock || index == 0) {
      clock = order_->clock_of(read);
      include(bounds.data(), read);
    } else {
      bounds[own] = read + 1;
    }
    for (std::size_t column = 0; column < sessions_.size(); ++column) {
      for (; entered[column] < bounds[column]; ++entered[column]) {
        first_read_[entered[column]] = static_cast<std::uint32_t>(index);
      }
    }
    std::copy(bounds.begin(), bounds.end(), bounds_at(index));
    if (bounds[own] > read + 1 && !refutation_) refutation_ = Refutation{read};
  }
  for (std::size_t column = 0; column < sessions_.size(); ++column) {
    steps_ += bounds[column] - history_.session_begin[sessions_[column]];
  }
  steps_ += reads_.size() * sessions_.size();
}

// Adds the sources of edges whose targets are before this read, until nothing changes.
void BeforeReads::close(std::size_t index) {
  for (std::uint32_t edge = starts_at_[index]; edge != none; edge = next_start_[edge]) {
    active_.push_back(edge);
  }
  std::uint32_t* bounds = bounds_at(index);
  const auto is_before = [&](std::uint32_t operation) {
    return operation < bounds[column_of_[history_.session_of[operation]]];
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t edge : active_) {
      if (!is_before(edges_[edge].to) || is_before(edges_[edge].from)) continue;
      include(bounds, edges_[edge].from);
      steps_ += sessions_.size();
      changed = true;
    }
    steps_ += active_.size();
  }
  // What is not before this read is before none of the earlier ones.
  std::erase_if(active_, [&](std::uint32_t edge) { return !is_before(edges_[edge].to); });
  if (bounds[column_of_[session_]] > reads_[index] + 1) refutation_ = Refutation{reads_[index]};
}

// Bounds only ever fall, so the place of the last write does, too.
std::uint32_t BeforeReads::last_before(std::uint32_t slot, std::uint32_t bound) {
  SlotState& state = slot_state_[slot];
  const std::uint32_t begin = history_.writes_begin[slot];
  if (state.session != session_) {
    const auto first = history_.writes.begin() + begin;
    const auto end = history_.writes.begin() + history_.writes_begin[slot + 1];
    state = {session_,
             begin + static_cast<std::uint32_t>(std::lower_bound(first, end, bound) - first)};
  }
  while (state.place > begin && history_.writes[state.place - 1] >= bound) --state.place;
  return state.place > begin ? history_.writes[state.place - 1] : none;
}

void BeforeReads::look(std::size_t index) {
  const std::uint32_t read = reads_[index], key = history_.key_of[read];
  const std::uint32_t* bounds = bounds_at(index);
  const std::uint32_t end = history_.slots_begin[key + 1];
  for (std::uint32_t slot = history_.slots_begin[key]; slot < end && !refutation_; ++slot) {
    const std::uint32_t column = column_of_[history_.session_of_slot[slot]];
    const std::uint32_t write = column == none ? none : last_before(slot, bounds[column]);
    if (write != none) compare(index, slot, write);
  }
  steps_ += end - history_.slots_begin[key];
}

void BeforeReads::compare(std::size_t index, std::uint32_t slot, std::uint32_t write) {
  const std::uint32_t read = reads_[index], source = history_.source_of[read];
  if (source == write) return;
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
  edges_.push_back({write, source, read});
  next_start_.push_back(none);
  // It matters for earlier reads only, those that the source is not surely before.
  const std::uint32_t first =
      std::min<std::uint32_t>(first_read_[write], static_cast<std::uint32_t>(index));
  if (first == 0) return;
  if (first == index) {
    active_.push_back(edge);
  } else {
    next_start_[edge] = starts_at_[first - 1];
    starts_at_[first - 1] = edge;
  }
}

}  // namespace faultrig
