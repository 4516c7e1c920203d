// The operations in flight at one moment of a history, by what they look for and what they leave:
// all that the frontier search asks of them, as sets of slots.
//
// Unknown mutations have no slot: once invoked they stay usable for ever, and those with equal
// effect are one group, of which only the number matters (UnknownUses).
// Cost: O(1) an invocation or completion; tables by state of the model.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "checkers/linearizability/register/operation.hpp"
#include "checkers/linearizability/register/slot_set.hpp"

namespace faultrig {

template <std::size_t Words>
class InFlight {
 public:
  using Slots = SlotSet<Words>;
  struct UnknownGroup {
    ModelState expected;  // of a cas
    ModelState desired;
    bool is_cas;
    std::vector<std::uint32_t> numbers;  // of those invoked so far, in order
  };

  InFlight() {
    for (std::uint32_t slot = Slots::capacity; slot > 0; --slot) free_.push_back(slot - 1);
    operations_.resize(Slots::capacity);
    numbers_.resize(Slots::capacity);
  }

  bool has_room() const { return !free_.empty(); }
  // A certain operation gets a slot; requires has_room().
  std::uint32_t add(std::uint32_t number, const RegisterOperation& operation) {
    const std::uint32_t slot = free_.back();
    free_.pop_back();
    operations_[slot] = operation;
    numbers_[slot] = number;
    change(slot, [slot](Slots& set) { set.add(slot); });
    if (operation.kind == RegisterOperation::Kind::write) note_write(operation.desired, 1);
    return slot;
  }
  void remove(std::uint32_t slot) {
    change(slot, [slot](Slots& set) { set.remove(slot); });
    const RegisterOperation& operation = operations_[slot];
    if (operation.kind == RegisterOperation::Kind::write) note_write(operation.desired, -1);
    free_.push_back(slot);
  }
  // An unknown mutation joins its group.
  void add_unknown(std::uint32_t number, const RegisterOperation& operation) {
    const bool is_cas = operation.is_cas();
    const std::pair key{is_cas ? std::optional(operation.expected) : std::nullopt,
                        operation.desired};
    const auto [at, is_new] =
        group_of_.try_emplace(key, static_cast<std::uint32_t>(groups_.size()));
    if (is_new) {
      groups_.push_back({operation.expected, operation.desired, is_cas, {}});
      states_for(std::max(operation.expected, operation.desired));
      states_[operation.desired].unknown_makers.push_back(at->second);
      if (is_cas) {
        states_[operation.expected].unknown_cas_from.push_back(at->second);
      } else {
        unknown_writes_.push_back(at->second);
      }
    }
    groups_[at->second].numbers.push_back(number);
  }

  const RegisterOperation& operation(std::uint32_t slot) const { return operations_[slot]; }
  std::uint32_t number(std::uint32_t slot) const { return numbers_[slot]; }
  const UnknownGroup& group(std::uint32_t group) const { return groups_[group]; }

  // Looks (and nothing else) that the state would satisfy.
  Slots lookers(ModelState state) const {
    return knows(state) ? states_[state].looks | (mismatches_ - states_[state].mismatches)
                        : mismatches_;
  }
  // Operations that find their place when the register comes to this state: those that look for
  // it, and writes of the same value, which change nothing there.
  Slots content_in(ModelState state) const {
    return knows(state) ? lookers(state) | states_[state].writes : mismatches_;
  }
  Slots writes() const { return writes_; }
  Slots writes_of(ModelState state) const { return knows(state) ? states_[state].writes : Slots{}; }
  Slots cas_from(ModelState state) const {
    return knows(state) ? states_[state].cas_from : Slots{};
  }
  // Mutations that leave this state.
  Slots makers_of(ModelState state) const {
    return knows(state) ? states_[state].writes | states_[state].cas_to : Slots{};
  }
  // Values that some certain write in flight leaves.
  const std::vector<ModelState>& written_values() const { return written_values_; }
  bool has_unknown() const { return !groups_.empty(); }
  // Groups of unknown writes, of unknown cas from a state, and of both that leave a state.
  const std::vector<std::uint32_t>& unknown_writes() const { return unknown_writes_; }
  const std::vector<std::uint32_t>& unknown_cas_from(ModelState state) const {
    return knows(state) ? states_[state].unknown_cas_from : no_groups_;
  }
  const std::vector<std::uint32_t>& unknown_makers_of(ModelState state) const {
    return knows(state) ? states_[state].unknown_makers : no_groups_;
  }
  // The one of these that completes first: of mutations with equal effect it is as good to use the
  // first to complete, since whoever used a later one first can swap the two.
  std::uint32_t first_to_complete(const Slots& slots) const {
    std::uint32_t first = Slots::capacity;
    slots.for_each([&](std::uint32_t slot) {
      if (first == Slots::capacity ||
          operations_[slot].completed_at < operations_[first].completed_at) {
        first = slot;
      }
    });
    return first;
  }
  std::size_t bytes() const { return states_.capacity() * sizeof(OfState); }

 private:
  struct OfState {
    Slots looks;       // reads of it, and cas from it to itself
    Slots mismatches;  // that saw anything but it
    Slots writes;
    Slots cas_from;
    Slots cas_to;
    int writes_in_flight = 0;
    std::vector<std::uint32_t> unknown_cas_from;
    std::vector<std::uint32_t> unknown_makers;
  };

  bool knows(ModelState state) const { return state < states_.size(); }
  void states_for(ModelState state) {
    if (!knows(state)) states_.resize(std::max<std::size_t>(state + 1, states_.size() * 2));
  }
  template <typename Change>
  void change(std::uint32_t slot, Change apply) {
    const RegisterOperation& operation = operations_[slot];
    states_for(std::max(operation.expected, operation.desired));
    if (operation.is_look()) {
      apply(states_[operation.expected].looks);
    } else if (operation.kind == RegisterOperation::Kind::mismatch) {
      apply(states_[operation.expected].mismatches);
      apply(mismatches_);
    } else if (operation.kind == RegisterOperation::Kind::write) {
      apply(states_[operation.desired].writes);
      apply(writes_);
    } else {
      apply(states_[operation.expected].cas_from);
      apply(states_[operation.desired].cas_to);
    }
  }
  void note_write(ModelState value, int change) {
    int& count = states_[value].writes_in_flight;
    count += change;
    if (change > 0 && count == 1) written_values_.push_back(value);
    if (change < 0 && count == 0) std::erase(written_values_, value);
  }

  std::vector<std::uint32_t> free_;
  std::vector<RegisterOperation> operations_;  // by slot
  std::vector<std::uint32_t> numbers_;
  std::vector<OfState> states_;
  Slots writes_;
  Slots mismatches_;
  std::vector<ModelState> written_values_;
  std::vector<UnknownGroup> groups_;
  std::map<std::pair<std::optional<ModelState>, ModelState>, std::uint32_t> group_of_;
  std::vector<std::uint32_t> unknown_writes_;
  std::vector<std::uint32_t> no_groups_;
};

}  // namespace faultrig
