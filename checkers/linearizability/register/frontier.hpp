// All the ways in which a register's history can have gone up to one moment, kept as few as
// possible: breadth first over the events, each operation placed when it must be.
//
// Just-in-time linearization (Lowe 2017, "Testing for linearizability", section 3): when an
// operation completes, every configuration that has no place for it yet is extended by operations
// in flight until it has. A configuration is the state, what is still needed and what is still
// usable of the operations in flight (configuration.hpp), so memory follows the concurrency and
// never the length. What makes 100 clients tractable:
//
// - Looks are placed at the first moment that satisfies them: they change nothing, and a later
//   place constrains more.
// - A write is *absorbed* when it can stand where nobody sees it: just before another write placed
//   since its invocation, or in a moment in which the register held its value already. From then on
//   it is not needed, and stays usable until it completes: nothing remembers which absorbed writes
//   "really" stood there.
// - So a write on the way to a goal is placed only if somebody sees it: a look that it satisfies,
// or
//   a cas next. Any other would stand right before the next write, absorbed.
// - Of mutations with equal effect the first to complete is used first (in_flight.hpp).
// - When a usable write completes, both ways are kept: it was absorbed, or it is placed now. The
//   second only if something can still look for its value.
// - A configuration that misses a look which nothing can satisfy any more is dead (Foresight).
// - Dominated configurations go (configuration.hpp).
//
// Fidelity: `exact` decides. `beam` keeps the most promising few after each event: reaching the end
// proves that an order exists; dying out proves nothing if anything was cut. `relaxed` lets
// mutations in flight be used any number of times: dying out proves that no order exists, since
// every true order is a relaxed one; reaching the end proves nothing.
//
// Cost: exponential in the number of operations in flight, at worst.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "checkers/linearizability/register/configuration.hpp"
#include "checkers/linearizability/register/foresight.hpp"
#include "checkers/linearizability/register/in_flight.hpp"
#include "checkers/linearizability/register/operation.hpp"
#include "checkers/linearizability/register/trail.hpp"

namespace faultrig {

enum class Fidelity { exact, beam, relaxed };

template <std::size_t Words>
class Frontier {
 public:
  using Slots = SlotSet<Words>;
  using Place = Configuration<Words>;

  // `beam` counts configurations and matters for Fidelity::beam only. The foresight must outlive
  // the frontier; it may be nullptr.
  Frontier(ModelState initial, Fidelity fidelity, std::size_t beam, const Foresight* foresight)
      : fidelity_(fidelity),
        beam_(beam),
        foresight_(foresight),
        next_(uses_, fidelity != Fidelity::beam),
        visited_(uses_, fidelity != Fidelity::beam) {
    current_.push_back({.state = initial});
  }

  bool has_room() const { return in_flight_.has_room(); }
  // Operations are told in order of invocation and completion; `number` names one in the trail.
  // Returns the slot to complete, for a certain operation; requires has_room() for it.
  std::uint32_t invoke(std::uint32_t number, const RegisterOperation& operation);
  // False when no configuration is left; the frontier is then as it was before the call, but for
  // spent steps, so that best_trail() says how far one got.
  bool complete(std::uint32_t slot);

  const std::vector<Place>& configurations() const { return current_; }
  // Dying out proves nothing.
  bool was_cut() const { return was_cut_ || next_.has_guessed() || visited_.has_guessed(); }
  // Where the configuration that needs least has come to.
  std::uint32_t best_trail() const;
  const Trail& trail() const { return trail_; }
  // Configurations made and compared.
  std::uint64_t steps() const {
    return steps_ + (next_.comparisons() + visited_.comparisons()) / 8;
  }
  // Ends an expansion that takes too long; complete() then returns false and is_spent() true.
  void set_limits(std::uint64_t steps, std::size_t bytes) {
    step_limit_ = steps;
    byte_limit_ = bytes;
  }
  bool is_spent() const { return is_spent_; }
  std::size_t bytes() const {
    return (current_.capacity() + worklist_.capacity() + 2 * most_ + visited_.size()) *
               sizeof(Place) +
           uses_.bytes() + in_flight_.bytes() + trail_.bytes();
  }

 private:
  enum class Goal { has_a_place, is_placed };

  void note_starving(const RegisterOperation& maker);
  bool can_be_seen(const Place& from, ModelState value) const;
  bool is_worth_placing(const Place& from, const RegisterOperation& write) const;
  void settle(Place& place, bool after_write) const;
  void reach(Goal goal, std::uint32_t slot);
  void extend_worklist();
  void place_writes(const Place& from);
  void place_cas(const Place& from);
  void place_certain(const Place& from, std::uint32_t slot, bool is_seen);
  void place_unknown(const Place& from, std::uint32_t group, bool is_seen);
  void offer(const Place& from, Place place, std::uint32_t number, bool reaches, bool is_seen);
  bool arrive(Place place);
  bool can_come_to(const Place& place, ModelState state) const;
  bool is_dead(const Place& place) const;
  void cut_to_beam();

  Fidelity fidelity_;
  std::size_t beam_;
  const Foresight* foresight_;
  InFlight<Words> in_flight_;
  UnknownUses uses_;
  Trail trail_;
  std::vector<Place> current_;
  Antichain<Words> next_;
  // Of one expansion: what was met on the way, and what is still to be extended.
  Antichain<Words> visited_;
  std::vector<Place> worklist_;
  Goal goal_ = Goal::has_a_place;
  std::uint32_t goal_slot_ = 0;
  std::int64_t now_ = 0;
  Slots starving_;  // looks in flight whose last possible maker was invoked
  std::size_t most_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t step_limit_ = ~std::uint64_t{0};
  std::size_t byte_limit_ = ~std::size_t{0};
  bool is_spent_ = false;
  bool was_cut_ = false;
  bool may_use_unknown_ = true;
};

template <std::size_t Words>
std::uint32_t Frontier<Words>::invoke(std::uint32_t number, const RegisterOperation& operation) {
  now_ = operation.invoked_at;
  steps_ += current_.size();
  if (!operation.is_certain()) {
    in_flight_.add_unknown(number, operation);
    if (foresight_ != nullptr) note_starving(operation);
    return Slots::capacity;
  }
  const std::uint32_t slot = in_flight_.add(number, operation);
  for (Place& place : current_) {
    const bool is_content = in_flight_.content_in(place.state).has(slot);
    if (operation.is_mutation()) place.usable.add(slot);
    if (!is_content) place.needed.add(slot);
  }
  if (foresight_ != nullptr) {
    if (operation.is_mutation()) {
      note_starving(operation);
    } else if (foresight_->last_maker[number] < operation.invoked_at) {
      starving_.add(slot);
    }
  }
  return slot;
}

// Looks that this mutation was the last hope of.
template <std::size_t Words>
void Frontier<Words>::note_starving(const RegisterOperation& maker) {
  in_flight_.lookers(maker.desired).for_each([&](std::uint32_t slot) {
    if (foresight_->last_maker[in_flight_.number(slot)] <= maker.invoked_at) starving_.add(slot);
  });
}

template <std::size_t Words>
bool Frontier<Words>::complete(std::uint32_t slot) {
  const RegisterOperation operation = in_flight_.operation(slot);
  now_ = operation.completed_at;
  steps_ += current_.size();
  next_.clear();
  goal_slot_ = slot;
  for (const Place& place : current_) {
    if (!place.needed.has(slot)) arrive(place);
  }
  worklist_.clear();
  for (const Place& place : current_) {
    if (place.needed.has(slot)) worklist_.push_back(place);
  }
  reach(Goal::has_a_place, slot);
  // A cas can be usable and not needed in the relaxed search only.
  const bool may_be_both = operation.kind == RegisterOperation::Kind::write ||
                           (fidelity_ == Fidelity::relaxed && operation.is_cas());
  if (may_be_both) {
    worklist_.clear();
    for (const Place& place : current_) {
      if (place.usable.has(slot) && is_worth_placing(place, operation)) worklist_.push_back(place);
    }
    reach(Goal::is_placed, slot);
  }
  if (is_spent_ || next_.size() == 0) return false;
  in_flight_.remove(slot);
  starving_.remove(slot);
  current_.clear();
  next_.drain_to(current_);
  most_ = std::max(most_, current_.size());
  if (fidelity_ == Fidelity::beam && current_.size() > beam_) cut_to_beam();
  return true;
}

// Something in flight would look at this value, right after it is written.
template <std::size_t Words>
bool Frontier<Words>::can_be_seen(const Place& from, ModelState value) const {
  return from.needed.meets(in_flight_.lookers(value)) ||
         from.usable.meets(in_flight_.cas_from(value)) ||
         !in_flight_.unknown_cas_from(value).empty();
}

// Nothing in flight and nothing to come looks for the value: it may as well stay absorbed, or be
// absorbed before the next write, if it is not needed; and if it is, another write absorbs it or it
// is reached as a goal of its own.
template <std::size_t Words>
bool Frontier<Words>::is_worth_placing(const Place& from, const RegisterOperation& write) const {
  if (foresight_ == nullptr || foresight_->has_mismatches) return true;
  return can_be_seen(from, write.desired) || foresight_->last_look[write.desired] > now_;
}

// What finds its place in the state just reached.
template <std::size_t Words>
void Frontier<Words>::settle(Place& place, bool after_write) const {
  place.needed = place.needed - in_flight_.content_in(place.state);
  if (after_write) place.needed = place.needed - in_flight_.writes();
}

template <std::size_t Words>
void Frontier<Words>::reach(Goal goal, std::uint32_t slot) {
  goal_ = goal;
  goal_slot_ = slot;
  visited_.clear();
  const std::vector<Place> starts = fidelity_ == Fidelity::beam ? worklist_ : std::vector<Place>{};
  may_use_unknown_ = fidelity_ != Fidelity::beam;
  extend_worklist();
  if (may_use_unknown_ || !in_flight_.has_unknown() || goal == Goal::is_placed) return;
  was_cut_ = true;
  if (next_.size() > 0 || is_spent_) return;
  may_use_unknown_ = true;
  visited_.clear();
  worklist_ = starts;
  extend_worklist();
}

template <std::size_t Words>
void Frontier<Words>::extend_worklist() {
  for (std::size_t i = 0; i < worklist_.size() && !is_spent_; ++i) {
    const Place from = worklist_[i];  // the worklist grows
    place_writes(from);
    place_cas(from);
    if (steps() > step_limit_ || bytes() > byte_limit_) is_spent_ = true;
  }
}

template <std::size_t Words>
void Frontier<Words>::place_writes(const Place& from) {
  for (const ModelState value : in_flight_.written_values()) {
    const Slots slots = from.usable & in_flight_.writes_of(value);
    if (!slots.is_empty()) {
      place_certain(from, in_flight_.first_to_complete(slots), can_be_seen(from, value));
    }
  }
  for (const std::uint32_t group : in_flight_.unknown_writes()) {
    const ModelState value = in_flight_.group(group).desired;
    // One that has to be placed anyway comes before one that need not.
    if (from.usable.meets(in_flight_.writes_of(value))) continue;
    place_unknown(from, group, can_be_seen(from, value));
  }
}

template <std::size_t Words>
void Frontier<Words>::place_cas(const Place& from) {
  Slots left = from.usable & in_flight_.cas_from(from.state);
  while (!left.is_empty()) {
    const ModelState desired = in_flight_.operation(in_flight_.first_to_complete(left)).desired;
    const Slots equal = left & in_flight_.makers_of(desired);
    const std::uint32_t first = in_flight_.first_to_complete(equal);
    place_certain(from, first, true);
    // Only in the relaxed search may the first be one that is placed already.
    const Slots needed = equal & from.needed;
    if (!needed.is_empty() && !needed.has(first)) {
      place_certain(from, in_flight_.first_to_complete(needed), true);
    }
    left = left - equal;
  }
  for (const std::uint32_t group : in_flight_.unknown_cas_from(from.state)) {
    const ModelState desired = in_flight_.group(group).desired;
    const Slots certain = in_flight_.cas_from(from.state) & in_flight_.makers_of(desired);
    if (from.usable.meets(certain)) continue;
    place_unknown(from, group, can_be_seen(from, desired));
  }
}

template <std::size_t Words>
void Frontier<Words>::place_certain(const Place& from, std::uint32_t slot, bool is_seen) {
  const RegisterOperation& operation = in_flight_.operation(slot);
  Place place = from;
  place.state = operation.desired;
  place.needed.remove(slot);
  if (fidelity_ != Fidelity::relaxed) place.usable.remove(slot);
  settle(place, operation.kind == RegisterOperation::Kind::write);
  const bool reaches =
      goal_ == Goal::is_placed ? slot == goal_slot_ : !place.needed.has(goal_slot_);
  offer(from, place, in_flight_.number(slot), reaches, is_seen);
}

template <std::size_t Words>
void Frontier<Words>::place_unknown(const Place& from, std::uint32_t group, bool is_seen) {
  const auto& unknown = in_flight_.group(group);
  const std::uint32_t used = uses_.count(from.uses, group);
  if (!may_use_unknown_ || used >= unknown.numbers.size()) return;
  Place place = from;
  place.state = unknown.desired;
  if (fidelity_ != Fidelity::relaxed) place.uses = uses_.after_use_of(group, from.uses);
  settle(place, !unknown.is_cas);
  const bool reaches = goal_ == Goal::has_a_place && !place.needed.has(goal_slot_);
  if (!reaches && !is_seen) return;
  offer(from, place, unknown.numbers[used], reaches, is_seen);
}

template <std::size_t Words>
void Frontier<Words>::offer(const Place& from, Place place, std::uint32_t number, bool reaches,
                            bool is_seen) {
  ++steps_;
  if (!reaches && !is_seen) return;
  place.trail = trail_.size();
  trail_.add(from.trail, number, now_);
  if (reaches) {
    if (!arrive(place)) trail_.remove_last();
  } else if (visited_.insert(place)) {
    worklist_.push_back(place);
  } else {
    trail_.remove_last();
  }
}

template <std::size_t Words>
bool Frontier<Words>::arrive(Place place) {
  place.usable.remove(goal_slot_);
  return !is_dead(place) && next_.insert(place);
}

template <std::size_t Words>
bool Frontier<Words>::can_come_to(const Place& place, ModelState state) const {
  if (place.usable.meets(in_flight_.makers_of(state))) return true;
  for (const std::uint32_t group : in_flight_.unknown_makers_of(state)) {
    if (uses_.count(place.uses, group) < in_flight_.group(group).numbers.size()) return true;
  }
  return false;
}

template <std::size_t Words>
bool Frontier<Words>::is_dead(const Place& place) const {
  const Slots starving = place.needed & starving_;
  if (starving.is_empty()) return false;
  bool dead = false;
  starving.for_each([&](std::uint32_t slot) {
    const RegisterOperation& look = in_flight_.operation(slot);
    if (slot == goal_slot_ || look.kind == RegisterOperation::Kind::mismatch) return;
    dead = dead || !can_come_to(place, look.expected);
  });
  return dead;
}

// The most promising: those that need little and can do much.
template <std::size_t Words>
void Frontier<Words>::cut_to_beam() {
  was_cut_ = true;
  const auto promise = [&](const Place& place) {
    return place.usable.size() - place.needed.size() - static_cast<int>(uses_.total(place.uses));
  };
  std::stable_sort(current_.begin(), current_.end(),
                   [&](const Place& a, const Place& b) { return promise(a) > promise(b); });
  current_.resize(beam_);
}

template <std::size_t Words>
std::uint32_t Frontier<Words>::best_trail() const {
  const auto best = std::min_element(
      current_.begin(), current_.end(),
      [](const Place& a, const Place& b) { return a.needed.size() < b.needed.size(); });
  return best == current_.end() ? 0 : best->trail;
}

}  // namespace faultrig
