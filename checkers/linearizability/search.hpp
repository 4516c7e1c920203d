// Is there an order of these operations, within their intervals, that the model allows?
//
// Wing and Gong 1993 ("Testing and verifying concurrent objects") with the memoisation of Lowe
// 2017 ("Testing for linearizability", sections 3 and 4): depth first over configurations, none
// entered twice. A configuration is (frontier, which operations in flight there are placed, how
// many unknown operations of each group were used, state); the frontier is the earliest completion
// whose operation is not placed, and only operations invoked before it may come next.
//
// Reductions, each kept honest by a property test against brute force:
// - An operation that changes nothing and is possible now is placed now: it could only be placed
//   in the same state or be refused later, and placing it constrains nothing.
// - An unknown operation is placed only where the next one depends on it: an order in which a
//   blind write or nothing follows it is as good without it.
// - Where only the last write is remembered, unknown operations are dropped when nobody could
//   notice them; equal ones are used in order of invocation (unknown_groups.hpp).
//
// Cost: exponential in the number of operations that overlap, at worst; linear where few do.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "checkers/linearizability/configuration_set.hpp"
#include "checkers/linearizability/interval.hpp"
#include "checkers/linearizability/layout.hpp"
#include "checkers/linearizability/search_result.hpp"
#include "checkers/linearizability/unknown_groups.hpp"
#include "checkers/models/model.hpp"

namespace faultrig {

template <Model M>
class Search {
 public:
  // Keeps references to the model and the intervals; results speak of the intervals' numbers.
  Search(M& model, std::span<const IntervalOf<M>> intervals, SearchLimits limits)
      : Search(model, intervals, limits, certain_of(intervals),
               noticeable_groups<M>(model, intervals)) {}

  SearchResult run();

 private:
  static constexpr std::uint32_t none = SlotLayout::none;
  using Group = UnknownGroup<M>;
  // Something that may come next: a certain operation, or the next one of a group.
  struct Candidate {
    int priority;
    std::uint32_t certain;  // none for a group
    std::uint32_t group;
    ModelState state;  // afterwards
  };
  struct Frame {
    std::size_t frontier;
    std::size_t placed;            // length of order_
    std::size_t candidates_begin;  // in candidates_, up to the next frame's
    std::size_t next_candidate;
  };

  Search(M& model, std::span<const IntervalOf<M>> intervals, SearchLimits limits,
         std::vector<std::uint32_t> certain, std::vector<Group> groups);

  static std::vector<std::uint32_t> certain_of(std::span<const IntervalOf<M>> intervals);
  static std::vector<Span> spans_of(std::span<const IntervalOf<M>> intervals,
                                    std::span<const std::uint32_t> certain);
  static std::vector<std::size_t> sizes_of(std::span<const Group> groups);

  const IntervalOf<M>& certain(std::uint32_t number) const { return intervals_[certain_[number]]; }
  bool is_done() const { return frontier_ == layout_.by_completion.size(); }
  std::int64_t deadline() const { return certain(layout_.by_completion[frontier_]).completed_at; }
  ModelState state() const { return static_cast<ModelState>(words_[0]); }
  void set_head(ModelState state) { words_[0] = ((frontier_ + 1) << 32) | state; }
  bool is_placed(std::uint32_t slot) const {
    return ((words_[1 + slot / 64] >> (slot % 64)) & 1) != 0;
  }
  // The certain operation in this slot if it may come next, or none.
  std::uint32_t open_in(std::uint32_t slot) const {
    const std::uint32_t number = current_[slot];
    if (number == none || is_placed(slot) || certain(number).invoked_at > deadline()) return none;
    return number;
  }
  // The next unknown operation of a group if it may come next, or none.
  std::uint32_t open_of(std::uint32_t group) const {
    const std::uint64_t used = counters_.get(words_.data() + group_words_, group);
    const std::vector<std::uint32_t>& members = groups_[group].intervals;
    if (used >= members.size()) return none;
    const std::uint32_t number = members[used];
    return intervals_[number].invoked_at > deadline() ? none : number;
  }

  std::optional<ModelState> step(ModelState state, const typename M::Command& command) {
    ++steps_;
    return model_.step(state, command);
  }
  void place(std::uint32_t number, ModelState after);
  void advance_frontier();
  void place_what_changes_nothing();
  void rewind_to(std::size_t depth);
  void want(ModelState state);
  void note_wanted();
  bool is_wanted(ModelState state) const {
    return any_wanted_ || (state < wanted_.size() && wanted_[state] == wanted_stamp_);
  }
  void collect_candidates();
  void enter();
  bool apply(const Candidate& candidate);
  void remember_longest();
  std::size_t bytes() const;
  SearchResult finish(SearchEnd end);

  M& model_;
  std::span<const IntervalOf<M>> intervals_;
  SearchLimits limits_;
  std::vector<std::uint32_t> certain_;  // numbers of the certain intervals
  std::vector<Group> groups_;
  SlotLayout layout_;
  PackedCounters counters_;
  std::size_t group_words_;  // where in a configuration the counters start
  ConfigurationSet seen_;

  std::vector<std::uint64_t> words_;    // the configuration: frontier and state, slots, counters
  std::size_t frontier_ = 0;            // in layout_.by_completion
  std::vector<std::uint32_t> current_;  // the operation each slot holds from the frontier on
  std::vector<std::uint32_t> order_;
  std::vector<Frame> frames_;
  std::vector<std::uint64_t> saved_words_;  // of each frame, end to end
  std::vector<Candidate> candidates_;       // of each frame, end to end
  std::vector<std::uint64_t> wanted_;       // by state: the stamp of who asked last
  std::uint64_t wanted_stamp_ = 0;
  bool any_wanted_ = false;
  bool memory_spent_ = false;

  std::uint64_t steps_ = 0;
  std::size_t furthest_ = 0;                           // the largest frontier seen
  std::pair<std::size_t, std::size_t> longest_{0, 0};  // its frontier and length
  std::vector<std::uint32_t> longest_order_;
};

template <Model M>
Search<M>::Search(M& model, std::span<const IntervalOf<M>> intervals, SearchLimits limits,
                  std::vector<std::uint32_t> certain, std::vector<Group> groups)
    : model_(model),
      intervals_(intervals),
      limits_(limits),
      certain_(std::move(certain)),
      groups_(std::move(groups)),
      layout_(spans_of(intervals, certain_)),
      counters_(sizes_of(groups_)),
      group_words_(1 + (layout_.slots() + 63) / 64),
      seen_(group_words_ + counters_.words, limits.bytes),
      words_(group_words_ + counters_.words, 0),
      current_(layout_.first_in_slot) {}

template <Model M>
std::vector<std::uint32_t> Search<M>::certain_of(std::span<const IntervalOf<M>> intervals) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t i = 0; i < intervals.size(); ++i) {
    if (intervals[i].is_certain()) numbers.push_back(i);
  }
  return numbers;
}

template <Model M>
std::vector<Span> Search<M>::spans_of(std::span<const IntervalOf<M>> intervals,
                                      std::span<const std::uint32_t> certain) {
  std::vector<Span> spans;
  spans.reserve(certain.size());
  for (std::uint32_t number : certain) {
    spans.push_back({intervals[number].invoked_at, intervals[number].completed_at});
  }
  return spans;
}

template <Model M>
std::vector<std::size_t> Search<M>::sizes_of(std::span<const Group> groups) {
  std::vector<std::size_t> sizes;
  for (const Group& group : groups) sizes.push_back(group.intervals.size());
  return sizes;
}

template <Model M>
void Search<M>::place(std::uint32_t number, ModelState after) {
  const std::uint32_t slot = layout_.slot[number];
  words_[1 + slot / 64] |= std::uint64_t{1} << (slot % 64);
  order_.push_back(certain_[number]);
  advance_frontier();
  set_head(after);
}

template <Model M>
void Search<M>::advance_frontier() {
  while (!is_done()) {
    const std::uint32_t number = layout_.by_completion[frontier_];
    const std::uint32_t slot = layout_.slot[number];
    if (!is_placed(slot)) break;
    words_[1 + slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    current_[slot] = layout_.next_in_slot[number];
    ++frontier_;
  }
  furthest_ = std::max(furthest_, frontier_);
}

template <Model M>
void Search<M>::place_what_changes_nothing() {
  const auto slots = static_cast<std::uint32_t>(layout_.slots());
  for (bool again = true; again && !is_done();) {
    again = false;
    for (std::uint32_t slot = 0; slot < slots && !is_done(); ++slot) {
      const std::uint32_t number = open_in(slot);
      if (number == none || !model_.is_pure(certain(number).command)) continue;
      if (!step(state(), certain(number).command)) continue;
      place(number, state());
      again = true;
    }
  }
}

// Back to the configuration of frame `depth`.
template <Model M>
void Search<M>::rewind_to(std::size_t depth) {
  const Frame& frame = frames_[depth];
  while (frontier_ > frame.frontier) {
    const std::uint32_t number = layout_.by_completion[--frontier_];
    current_[layout_.slot[number]] = number;
  }
  order_.resize(frame.placed);
  std::copy_n(saved_words_.begin() + static_cast<std::ptrdiff_t>(depth * words_.size()),
              words_.size(), words_.begin());
}

template <Model M>
void Search<M>::want(ModelState state) {
  if (state >= wanted_.size()) wanted_.resize(state + 1, 0);
  wanted_[state] = wanted_stamp_;
}

// Which states some operation that may come next depends on.
template <Model M>
void Search<M>::note_wanted() {
  ++wanted_stamp_;
  any_wanted_ = false;
  const auto note = [&](const typename M::Command& command) {
    if (model_.is_blind(command)) return;
    if (auto state = model_.observed(command)) {
      want(*state);
    } else {
      any_wanted_ = true;
    }
  };
  for (std::uint32_t slot = 0; slot < layout_.slots(); ++slot) {
    if (const std::uint32_t number = open_in(slot); number != none) note(certain(number).command);
  }
  for (std::uint32_t group = 0; group < groups_.size(); ++group) {
    if (open_of(group) != none) note(groups_[group].command);
  }
}

// In the order to try: what lets the frontier pass first, unknown operations last.
template <Model M>
void Search<M>::collect_candidates() {
  const std::size_t begin = candidates_.size();
  const std::uint32_t due = layout_.by_completion[frontier_];
  const auto wanted_next = model_.observed(certain(due).command);
  const auto priority_of = [&](ModelState after, int base) {
    return wanted_next && *wanted_next == after ? base : base + 1;
  };
  for (std::uint32_t slot = 0; slot < layout_.slots(); ++slot) {
    const std::uint32_t number = open_in(slot);
    if (number == none) continue;
    const auto after = step(state(), certain(number).command);
    if (!after) continue;
    const int priority = number == due ? 0 : priority_of(*after, 1);
    candidates_.push_back({priority, number, none, *after});
  }
  if (!groups_.empty()) note_wanted();
  for (std::uint32_t group = 0; group < groups_.size(); ++group) {
    if (open_of(group) == none) continue;
    const auto after = step(state(), groups_[group].command);
    if (!after || *after == state() || !is_wanted(*after)) continue;
    candidates_.push_back({priority_of(*after, 3), none, group, *after});
  }
  std::stable_sort(candidates_.begin() + static_cast<std::ptrdiff_t>(begin), candidates_.end(),
                   [](const Candidate& a, const Candidate& b) { return a.priority < b.priority; });
}

// Makes the present configuration a frame.
template <Model M>
void Search<M>::enter() {
  frames_.push_back({frontier_, order_.size(), candidates_.size(), candidates_.size()});
  saved_words_.insert(saved_words_.end(), words_.begin(), words_.end());
  collect_candidates();
}

// False when this leads to a configuration already seen (or to no more memory).
template <Model M>
bool Search<M>::apply(const Candidate& candidate) {
  if (candidate.certain != none) {
    place(candidate.certain, candidate.state);
  } else {
    order_.push_back(open_of(candidate.group));
    counters_.increment(words_.data() + group_words_, candidate.group);
    set_head(candidate.state);
  }
  place_what_changes_nothing();
  if (is_done()) return true;
  switch (seen_.insert(words_)) {
    case ConfigurationSet::Insertion::added:
      return true;
    case ConfigurationSet::Insertion::known:
      return false;
    case ConfigurationSet::Insertion::full:
      break;
  }
  memory_spent_ = true;
  return false;
}

template <Model M>
void Search<M>::remember_longest() {
  const std::pair<std::size_t, std::size_t> reached{frontier_, order_.size()};
  if (reached <= longest_) return;
  longest_ = reached;
  longest_order_ = order_;
}

template <Model M>
std::size_t Search<M>::bytes() const {
  return seen_.peak_bytes() + model_.bytes() + frames_.capacity() * sizeof(Frame) +
         saved_words_.capacity() * sizeof(std::uint64_t) +
         candidates_.capacity() * sizeof(Candidate) +
         (order_.capacity() + longest_order_.capacity()) * sizeof(std::uint32_t) +
         wanted_.capacity() * sizeof(std::uint64_t) +
         certain_.size() * (5 * sizeof(std::uint32_t) + sizeof(Span));
}

template <Model M>
SearchResult Search<M>::finish(SearchEnd end) {
  remember_longest();
  SearchResult result;
  result.end = end;
  result.steps = steps_;
  result.configurations = seen_.size();
  result.bytes = bytes();
  result.order = std::move(longest_order_);
  if (end != SearchEnd::linearizable && furthest_ < layout_.by_completion.size()) {
    result.stuck_at = certain(layout_.by_completion[furthest_]).completed_at;
  }
  return result;
}

template <Model M>
SearchResult Search<M>::run() {
  set_head(model_.initial());
  place_what_changes_nothing();
  if (is_done()) return finish(SearchEnd::linearizable);
  seen_.insert(words_);
  enter();
  while (true) {
    Frame& frame = frames_.back();
    if (frame.next_candidate == candidates_.size()) {
      remember_longest();
      candidates_.resize(frame.candidates_begin);
      frames_.pop_back();
      saved_words_.resize(saved_words_.size() - words_.size());
      if (frames_.empty()) return finish(SearchEnd::impossible);
      rewind_to(frames_.size() - 1);
      continue;
    }
    const Candidate candidate = candidates_[frame.next_candidate++];
    if (apply(candidate)) {
      if (is_done()) return finish(SearchEnd::linearizable);
      enter();
    } else {
      rewind_to(frames_.size() - 1);
    }
    if (memory_spent_ || bytes() > limits_.bytes) return finish(SearchEnd::memory_spent);
    if (steps_ > limits_.steps) return finish(SearchEnd::steps_spent);
  }
}

}  // namespace faultrig
