// Random histories, and the stupid twin of the search: every order, tried one by one.
#pragma once

#include <cstdint>
#include <vector>

#include "checkers/history/operation.hpp"

namespace faultrig::testing {

// Small, own, and the same on every machine.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 2 + 1) {}
  std::uint64_t below(std::uint64_t bound) {
    state_ += 0x9e3779b97f4a7c15ULL;
    std::uint64_t mixed = (state_ ^ (state_ >> 30)) * 0xbf58476d1ce4e5b9ULL;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebULL;
    return (mixed ^ (mixed >> 31)) % bound;
  }
  bool chance(std::uint64_t in, std::uint64_t of) { return below(of) < in; }

 private:
  std::uint64_t state_;
};

struct RandomHistory {
  int operations = 8;
  int clients = 3;
  int values = 3;  // written values are 1 ... values; 0 is the initial one
  bool unique_values = false;
  bool with_cas = true;
  bool with_append = false;  // kv-map words: get, put, append, cas
  int unknown_percent = 0;
  int failed_percent = 0;
};

// Linearizable by construction: each operation takes effect at a random instant of its interval.
std::vector<Operation> linearizable_history(const RandomHistory& options, std::uint64_t seed);

// Results drawn at random: linearizable or not, as it happens.
std::vector<Operation> arbitrary_history(const RandomHistory& options, std::uint64_t seed);

// Tries every order of every choice of unknown operations. For up to about 8 operations.
bool is_linearizable_by_brute_force(const std::vector<Operation>& operations, const Value& initial);

}  // namespace faultrig::testing
