// A configuration of the frontier search (frontier.hpp), and sets of configurations in which none
// makes another superfluous.
//
// `a` dominates `b` when both hold the same state and whatever completes `b` completes `a`: `a`
// needs no operation that `b` does not need, may still use every mutation that `b` may use, and
// has used no more unknown mutations. Any way on from `b` is then a way on from `a`: follow it, and
// leave out the placements of what `a` needs no more (a look that changes nothing, or a write
// already absorbed, which stays usable and so is placed like in `b`). A cas that is not placed is
// both needed and usable, so that two configurations compare only when they agree on it.
//
// Cost: an insertion compares with all configurations that hold the same state.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "checkers/linearizability/register/slot_set.hpp"
#include "checkers/linearizability/register/unknown_uses.hpp"
#include "checkers/models/model.hpp"

namespace faultrig {

template <std::size_t Words>
struct Configuration {
  ModelState state = 0;
  std::uint32_t uses = 0;   // of unknown mutations, a number of UnknownUses
  std::uint32_t trail = 0;  // how it was reached, for the witness
  SlotSet<Words> needed{};  // in flight, and still without a place in the order
  SlotSet<Words> usable{};  // mutations in flight that may still be placed
};

template <std::size_t Words>
class Antichain {
 public:
  // With `counts_matter` an unknown mutation more of one kind is never made up for by one less of
  // another; without, only their sum is compared, and `has_guessed` tells when that decided.
  Antichain(const UnknownUses& uses, bool counts_matter)
      : uses_(&uses), counts_matter_(counts_matter) {}

  // False when another dominates it. Those that it dominates leave.
  bool insert(const Configuration<Words>& configuration) {
    std::vector<Configuration<Words>>& bucket = bucket_for(configuration.state);
    for (const Configuration<Words>& other : bucket) {
      ++comparisons_;
      if (dominates(other, configuration)) return false;
    }
    const std::size_t before = bucket.size();
    std::erase_if(bucket, [&](const auto& other) { return dominates(configuration, other); });
    size_ += 1 + bucket.size();
    size_ -= before;
    bucket.push_back(configuration);
    return true;
  }
  // Moves everything to the end of `to`.
  void drain_to(std::vector<Configuration<Words>>& to) {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      to.insert(to.end(), buckets_[i].begin(), buckets_[i].end());
    }
    clear();
  }
  void clear() {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      bucket_of_[states_[i]] = none;
      buckets_[i].clear();
    }
    states_.clear();
    size_ = 0;
  }
  std::size_t size() const { return size_; }
  std::uint64_t comparisons() const { return comparisons_; }
  bool has_guessed() const { return has_guessed_; }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  bool dominates(const Configuration<Words>& a, const Configuration<Words>& b) {
    if (!a.needed.is_within(b.needed) || !b.usable.is_within(a.usable)) return false;
    if (a.uses == b.uses) return true;
    if (counts_matter_) return uses_->is_at_most(a.uses, b.uses);
    if (uses_->total(a.uses) > uses_->total(b.uses)) return false;
    has_guessed_ = has_guessed_ || !uses_->is_at_most(a.uses, b.uses);
    return true;
  }
  std::vector<Configuration<Words>>& bucket_for(ModelState state) {
    if (state >= bucket_of_.size()) bucket_of_.resize(state + 1, none);
    if (bucket_of_[state] == none) {
      bucket_of_[state] = static_cast<std::uint32_t>(states_.size());
      states_.push_back(state);
      if (buckets_.size() < states_.size()) buckets_.emplace_back();
    }
    return buckets_[bucket_of_[state]];
  }

  const UnknownUses* uses_;
  bool counts_matter_;
  bool has_guessed_ = false;
  std::size_t size_ = 0;
  std::uint64_t comparisons_ = 0;
  std::vector<ModelState> states_;                          // in order of first insertion
  std::vector<std::uint32_t> bucket_of_;                    // by state
  std::vector<std::vector<Configuration<Words>>> buckets_;  // kept when empty, for their memory
};

}  // namespace faultrig
