#include "checkers/linearizability/fast/value_lives.hpp"

#include <algorithm>
#include <utility>

#include "checkers/linearizability/fast/event_ranks.hpp"
#include "checkers/linearizability/fast/value_numbers.hpp"

namespace faultrig {
namespace {

constexpr std::string_view foreign_action = "it has operations that this collection has not";
constexpr std::string_view twice_inserted = "a value was inserted more than once";
constexpr std::string_view unknown_remove = "a removal whose answer never came may explain it";

// What is known of one value. Positions, or ValueLife::none.
struct Sightings {
  std::uint32_t inserts = 0;
  std::uint32_t insert = ValueLife::none;
  std::uint32_t removes = 0;  // completed ones
  std::uint32_t remove = ValueLife::none;
  std::uint32_t second_remove = ValueLife::none;
};

class Pairing {
 public:
  explicit Pairing(std::span<const CollectionOperation> operations)
      : operations_(operations), ranks_(rank_events(operations)), numbers_(operations) {
    sightings_.resize(numbers_.size());
    for (std::uint32_t i = 0; i < operations.size(); ++i) note(i);
    lives_.events = ranks_.events;
    for (const Sightings& each : sightings_) {
      if (each.inserts > 1) {
        has_ambiguous_ = true;
      } else if (contradiction_.empty()) {
        note_life(each);
      }
    }
  }

  FastVerdict decide(DecideLives decide_lives);

 private:
  void note(std::uint32_t position);
  void note_life(const Sightings& value);
  void refute(std::string_view pattern, std::vector<std::uint32_t> positions) {
    pattern_ = pattern;
    contradiction_ = std::move(positions);
  }

  std::span<const CollectionOperation> operations_;
  EventRanks ranks_;
  ValueNumbers numbers_;
  std::vector<Sightings> sightings_;
  ValueLives lives_;
  std::vector<std::uint32_t> contradiction_;
  std::string_view pattern_;
  bool has_foreign_ = false;
  bool has_ambiguous_ = false;
  bool has_unknown_removes_ = false;
};

void Pairing::note(std::uint32_t position) {
  const CollectionOperation& operation = operations_[position];
  switch (operation.action) {
    case CollectionAction::insert: {
      // An unknown insert of nobody knows what can be left out, as one that nobody removed.
      if (operation.value == CollectionOperation::no_value) return;
      Sightings& value = sightings_[numbers_.of(operation.value)];
      ++value.inserts;
      value.insert = position;
      return;
    }
    case CollectionAction::remove: {
      if (!operation.is_certain()) {
        has_unknown_removes_ = true;
        return;
      }
      Sightings& value = sightings_[numbers_.of(operation.value)];
      ++value.removes;
      (value.removes == 1 ? value.remove : value.second_remove) = position;
      return;
    }
    case CollectionAction::saw_empty:
      if (!operation.is_certain()) return;  // claims nothing
      lives_.empties.push_back({position, ranks_.invoked[position], ranks_.completed[position]});
      return;
    case CollectionAction::saw_present:
    case CollectionAction::saw_absent:
    case CollectionAction::read_all:
      has_foreign_ = true;
      return;
  }
}

void Pairing::note_life(const Sightings& value) {
  if (value.inserts == 0) {
    if (value.removes > 0) refute("removed but never inserted", {value.remove});
    return;
  }
  if (value.removes > 1) {
    return refute("removed twice", {value.insert, value.remove, value.second_remove});
  }
  if (value.removes == 0 && !operations_[value.insert].is_certain()) return;
  ValueLife life{
      value.insert,  value.remove, ranks_.invoked[value.insert], ranks_.completed[value.insert],
      ranks_.events, ranks_.events};
  if (value.removes == 1) {
    life.remove_begin = ranks_.invoked[value.remove];
    life.remove_end = ranks_.completed[value.remove];
    if (life.remove_end < life.insert_begin) {
      return refute("removed before it was inserted", {value.insert, value.remove});
    }
  }
  lives_.lives.push_back(life);
}

FastVerdict Pairing::decide(DecideLives decide_lives) {
  if (has_foreign_) return not_applicable(foreign_action);
  if (!contradiction_.empty()) return contradicted(pattern_, std::move(contradiction_));
  FastVerdict verdict = decide_lives(lives_);
  if (verdict.is_linearizable) {
    return has_ambiguous_ ? not_applicable(twice_inserted) : verdict;
  }
  if (!has_unknown_removes_) return verdict;
  std::erase_if(lives_.lives, [](const ValueLife& life) { return !life.is_removed(); });
  verdict = decide_lives(lives_);
  return verdict.is_linearizable ? not_applicable(unknown_remove) : verdict;
}

}  // namespace

FastVerdict decide_by_lives(std::span<const CollectionOperation> operations, DecideLives decide) {
  return Pairing(operations).decide(decide);
}

std::vector<std::uint32_t> positions_of(std::span<const ValueLife> lives) {
  std::vector<std::uint32_t> positions;
  for (const ValueLife& life : lives) {
    positions.push_back(life.insert);
    if (life.is_removed()) positions.push_back(life.remove);
  }
  return positions;
}

}  // namespace faultrig
