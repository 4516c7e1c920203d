#include "checkers/linearizability/fast/fast_set.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "checkers/linearizability/fast/event_ranks.hpp"
#include "checkers/linearizability/fast/value_numbers.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = UINT32_MAX;

// Judges one value after the other; what it places is an order of the whole set.
class SetDecision {
 public:
  explicit SetDecision(std::span<const CollectionOperation> operations)
      : operations_(operations), ranks_(rank_events(operations)) {}

  FastVerdict run();

 private:
  // Positions.
  struct ValueHistory {
    std::vector<std::uint32_t> inserts, removes, present, absent;
    void clear() {
      for (auto* list : {&inserts, &removes, &present, &absent}) list->clear();
    }
  };
  // When the value is there, in gaps; `removal` ends it.
  struct Presence {
    std::uint32_t from = none;  // none: never there
    std::uint32_t until = none;
    std::uint32_t removal = none;
  };

  bool is_foreign() const;
  std::uint32_t first_gap(std::uint32_t position) const { return ranks_.invoked[position] + 1; }
  std::uint32_t last_gap(std::uint32_t position) const { return ranks_.completed[position]; }
  void note(std::uint32_t position);
  void judge();
  Presence best_presence();
  void place(const Presence& presence);
  void refute(std::uint32_t misfit);

  std::span<const CollectionOperation> operations_;
  EventRanks ranks_;
  ValueHistory value_;                 // under judgement
  std::uint32_t first_true_ = none;    // to end
  std::uint32_t last_true_ = none;     // to begin
  std::vector<Placement> placements_;  // in one gap: each value's in order
  std::vector<std::uint32_t> contradiction_;
  bool has_ambiguous_ = false;
};

bool SetDecision::is_foreign() const {
  return std::any_of(operations_.begin(), operations_.end(), [](const auto& operation) {
    return operation.action == CollectionAction::saw_empty ||
           operation.action == CollectionAction::read_all ||
           operation.value == CollectionOperation::no_value;
  });
}

void SetDecision::note(std::uint32_t position) {
  const CollectionOperation& operation = operations_[position];
  switch (operation.action) {
    case CollectionAction::insert:
      value_.inserts.push_back(position);
      return;
    case CollectionAction::remove:
      value_.removes.push_back(position);
      return;
    case CollectionAction::saw_present:
      if (operation.is_certain()) value_.present.push_back(position);
      return;
    case CollectionAction::saw_absent:
      if (operation.is_certain()) value_.absent.push_back(position);
      return;
    case CollectionAction::saw_empty:
    case CollectionAction::read_all:
      return;  // foreign, turned away before
  }
}

SetDecision::Presence SetDecision::best_presence() {
  const std::uint32_t insert = value_.inserts.front();
  std::uint32_t latest = last_gap(insert);
  std::uint32_t soonest = first_gap(insert);
  if (first_true_ != none) {
    latest = std::min(latest, last_gap(first_true_));
    soonest = std::max(soonest, first_gap(last_true_));
  }
  Presence best{latest, none, none};
  for (std::uint32_t remove : value_.removes) {
    const std::uint32_t at = std::max(first_gap(remove), soonest);
    if (at <= std::min(last_gap(remove), latest)) return {at, at, remove};
    const std::uint32_t then = std::max(at, latest);
    if (then <= last_gap(remove) && then < best.until) best = {latest, then, remove};
  }
  return best;
}

void SetDecision::place(const Presence& presence) {
  const bool is_there = presence.from != none;
  std::vector<Placement> after;
  for (const auto* outside : {&value_.absent, &value_.removes}) {
    for (std::uint32_t position : *outside) {
      if (position == presence.removal || !operations_[position].is_certain()) continue;
      if (!is_there || first_gap(position) <= presence.from) {
        placements_.push_back({first_gap(position), position});
      } else if (presence.until != none && presence.until <= last_gap(position)) {
        after.push_back({std::max(first_gap(position), presence.until), position});
      } else {
        return refute(position);
      }
    }
  }
  if (!is_there) return;
  placements_.push_back({presence.from, value_.inserts.front()});
  for (std::uint32_t position : value_.present) {
    placements_.push_back({std::max(first_gap(position), presence.from), position});
  }
  if (presence.removal != none) placements_.push_back({presence.until, presence.removal});
  placements_.insert(placements_.end(), after.begin(), after.end());
}

// The two `true`s and the removals are all that led to this presence.
void SetDecision::refute(std::uint32_t misfit) {
  contradiction_ = value_.removes;
  contradiction_.push_back(value_.inserts.front());
  contradiction_.push_back(misfit);
  if (first_true_ == none) return;
  contradiction_.push_back(first_true_);
  contradiction_.push_back(last_true_);
}

void SetDecision::judge() {
  if (value_.inserts.size() > 1) {
    has_ambiguous_ = true;
    return;
  }
  first_true_ = last_true_ = none;
  for (std::uint32_t position : value_.present) {
    if (first_true_ == none || last_gap(position) < last_gap(first_true_)) first_true_ = position;
    if (last_true_ == none || first_gap(position) > first_gap(last_true_)) last_true_ = position;
  }
  if (value_.inserts.empty()) {
    if (first_true_ != none) {
      contradiction_ = {first_true_};
    } else {
      place({});
    }
    return;
  }
  const std::uint32_t insert = value_.inserts.front();
  if (first_true_ == none && !operations_[insert].is_certain()) {
    place({});
  } else if (first_true_ != none && last_gap(first_true_) < first_gap(insert)) {
    contradiction_ = {insert, first_true_};
  } else {
    place(best_presence());
  }
}

FastVerdict SetDecision::run() {
  if (is_foreign()) return not_applicable("it has operations other than add, remove, contains");
  const ValueNumbers numbers(operations_);
  std::vector<std::uint32_t> keys;
  keys.reserve(operations_.size());
  for (const CollectionOperation& operation : operations_) {
    keys.push_back(numbers.of(operation.value));
  }
  const std::vector<std::uint32_t> by_value =
      sorted_by(keys, static_cast<std::uint32_t>(numbers.size()));
  for (std::size_t i = 0; i < by_value.size();) {
    value_.clear();
    const std::uint32_t key = keys[by_value[i]];
    for (; i < by_value.size() && keys[by_value[i]] == key; ++i) note(by_value[i]);
    judge();
    if (!contradiction_.empty()) {
      return contradicted("one value is there when it cannot be, or is not when it must",
                          std::move(contradiction_));
    }
  }
  if (has_ambiguous_) return not_applicable("a value was added more than once");
  return linearizable_as(order_by_gap(placements_, ranks_.events));
}

}  // namespace

FastVerdict decide_set(std::span<const CollectionOperation> operations) {
  return SetDecision(operations).run();
}

}  // namespace faultrig
