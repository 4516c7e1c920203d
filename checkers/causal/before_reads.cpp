#include "checkers/causal/before_reads.hpp"

#include <algorithm>

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;

}  // namespace

BeforeReads::BeforeReads(const CausalHistory& history, const CausalOrder* order)
    : history_(history),
      order_(order),
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
  const std::uint64_t cells = std::uint64_t{reads_.size()} * history_.sessions();
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

// Adds an operation and what the order has before it.
void BeforeReads::include(std::uint32_t* bounds, std::uint32_t operation) const {
  const std::uint32_t session = history_.session_of[operation];
  if (order_ != nullptr) {
    const std::uint32_t* clock = order_->clock(operation);
    for (std::uint32_t s = 0; s < history_.sessions(); ++s) {
      if (s != session) bounds[s] = std::max(bounds[s], clock[s]);
    }
  }
  bounds[session] = std::max(bounds[session], operation + 1);
}

bool BeforeReads::is_implied(std::uint32_t from, std::uint32_t to) const {
  if (history_.session_of[from] == history_.session_of[to]) return from < to;
  return order_ != nullptr && order_->precedes(from, to);
}

// The bounds without any edge, and where each operation enters them.
void BeforeReads::start() {
  const std::uint32_t sessions = history_.sessions();
  std::vector<std::uint32_t> bounds(history_.session_begin.begin(),
                                    history_.session_begin.end() - 1);
  std::vector<std::uint32_t> entered = bounds;
  for (std::size_t index = 0; index < reads_.size(); ++index) {
    const std::uint32_t read = reads_[index], source = history_.source_of[read];
    if (source != CausalHistory::initial && order_ == nullptr) include(bounds.data(), source);
    include(bounds.data(), read);
    for (std::uint32_t s = 0; s < sessions; ++s) {
      for (; entered[s] < bounds[s]; ++entered[s]) {
        first_read_[entered[s]] = static_cast<std::uint32_t>(index);
      }
    }
    std::copy(bounds.begin(), bounds.end(), bounds_at(index));
    if (bounds[session_] > read + 1 && !refutation_) refutation_ = Refutation{read};
  }
  for (std::uint32_t s = 0; s < sessions; ++s) steps_ += bounds[s] - history_.session_begin[s];
  steps_ += reads_.size() * sessions;
}

// Adds the sources of edges whose targets are before this read, until nothing changes.
void BeforeReads::close(std::size_t index) {
  for (std::uint32_t edge = starts_at_[index]; edge != none; edge = next_start_[edge]) {
    active_.push_back(edge);
  }
  std::uint32_t* bounds = bounds_at(index);
  const auto is_before = [&](std::uint32_t operation) {
    return operation < bounds[history_.session_of[operation]];
  };
  for (bool changed = true; changed;) {
    changed = false;
    for (std::uint32_t edge : active_) {
      if (!is_before(edges_[edge].to) || is_before(edges_[edge].from)) continue;
      include(bounds, edges_[edge].from);
      steps_ += history_.sessions();
      changed = true;
    }
    steps_ += active_.size();
  }
  // What is not before this read is before none of the earlier ones.
  std::erase_if(active_, [&](std::uint32_t edge) { return !is_before(edges_[edge].to); });
  if (bounds[session_] > reads_[index] + 1) refutation_ = Refutation{reads_[index]};
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
    const std::uint32_t write = last_before(slot, bounds[history_.session_of_slot[slot]]);
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
