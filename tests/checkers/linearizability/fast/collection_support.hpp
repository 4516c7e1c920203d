// Collections for the tests of the polynomial procedures: the sequential objects once more, random
// histories of them, and the stupid twin that tries every order.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "checkers/linearizability/fast/collection_operation.hpp"
#include "checkers/linearizability/fast/fast_verdict.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig::testing {

enum class Collection { fifo_queue, stack, bag, set, list, set_reads };

std::string name_of(Collection collection);
FastVerdict decide(Collection collection, std::span<const CollectionOperation> operations);

// Operations that own the contents of their reads; copies are independent.
class CollectionHistory {
 public:
  CollectionHistory() = default;
  CollectionHistory(const CollectionHistory& other) { *this = other; }
  CollectionHistory& operator=(const CollectionHistory& other);

  void add(CollectionOperation operation);  // copies the contents
  void set_contents(std::size_t position, std::vector<std::uint32_t> contents);
  std::size_t size() const { return operations_.size(); }
  CollectionOperation& operator[](std::size_t position) { return operations_[position]; }
  const CollectionOperation& operator[](std::size_t position) const {
    return operations_[position];
  }
  std::span<const CollectionOperation> operations() const { return operations_; }

 private:
  std::vector<CollectionOperation> operations_;
  std::deque<std::vector<std::uint32_t>> owned_;  // a deque: spans stay where they point
};

// One operation a line, for messages.
std::string describe(const CollectionHistory& history);

struct RandomCollection {
  Collection collection = Collection::fifo_queue;
  int operations = 7;
  int clients = 3;
  int mutations = 0;  // each turns something: results swapped, intervals shifted, answers lost ...
  int unknown_percent = 0;
  bool lose_removals = true;  // may a mutation or chance make a removal unknown?
  bool repeat_values = false;
  int inserts_of_ten = 5;
  int reads_every = 3;  // list, set_reads: one operation in so many is a read; 0: none
};

// Linearizable by construction (each operation takes effect at an instant of its interval, or never
// where its outcome is unknown), but for the mutations.
CollectionHistory random_collection(const RandomCollection& options, std::uint64_t seed);

// Values put in and taken out at random instants, whatever the collection, with intervals that
// reach some way around; some sightings of emptiness. Contradictions among many values show here.
CollectionHistory random_lives(std::uint64_t seed);

// Tries every order; unknown operations may never happen, and an unknown removal takes anything.
// For up to a dozen operations.
bool has_legal_order(Collection collection, const CollectionHistory& history);

// Empty when the order is legal, complete and keeps real time; otherwise what is wrong with it.
std::string flaw_of_order(Collection collection, const CollectionHistory& history,
                          const std::vector<std::uint32_t>& order);

// The contradiction as a history of its own (FastVerdict::contradiction says how).
CollectionHistory part_of(const CollectionHistory& history,
                          const std::vector<std::uint32_t>& positions);

// 1, or more with FAULTRIG_LONG=1 in the environment.
int effort();

}  // namespace faultrig::testing
