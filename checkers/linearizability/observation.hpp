// Who may have written what somebody saw: what a part of a history must keep so that a
// contradiction in the part is one in the whole.
//
// Leaving out a write makes every read of its value look like a value from nowhere. So a part must
// be closed: with each operation that saw value v it keeps every mutation that may be the one it
// saw, that is, wrote v, was invoked before the observer completed, and was not surely overwritten
// before the observer began. Then, if the whole has a linearization, its restriction to the part is
// one of the part (the last mutation before an observer is kept, and none slips in between).
// Where surely nobody is left to have written v, the last who did is kept all the same (it is the
// start of the story of a stale read), or else the first who did so too late.
// Who saw "anything but" a value may have seen any mutation that was not surely overwritten, so it
// keeps them all.
// Cost: O(n log n) where most of what is seen was written shortly before; dropping needs the pairs
// of observer and possible writer.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checkers/models/model.hpp"

namespace faultrig {

// One interval, reduced to what it saw and left behind.
struct Sighting {
  std::int64_t invoked_at;
  std::int64_t completed_at;           // Operation::never when unknown
  std::optional<ModelState> observed;  // the one state in which it is possible
  bool saw_anything_but = false;       // one state; `observed` is nothing then
  std::optional<ModelState> written;   // nothing for what never changes the state
};

class ObservationGraph {
 public:
  // Sightings in order of invocation; they must outlive the graph.
  ObservationGraph(std::span<const Sighting> sightings, ModelState initial);

  // Clears `kept` of `dropped` and of everything that saw what they wrote, to the last.
  void drop(std::span<const std::uint32_t> dropped, std::vector<bool>& kept);

  // Few operations that may contradict each other by themselves: an observer whose value was
  // surely overwritten (or never written), the last writer of the value, who overwrote it, and
  // whatever those must keep. The smallest of the first few such, then the earliest; empty when
  // there is none. Ascending.
  std::vector<std::uint32_t> obvious_contradiction() const;

 private:
  // A mutation that surely happened between the writers of a value and an observer of it.
  struct Overwriter {
    std::uint32_t number;
    std::int64_t invoked_at;
  };
  // Of the certain mutations in order of completion: the latest invoked so far, and the latest
  // invoked among those that wrote something else than that one.
  struct Latest {
    std::int64_t completed_at;
    std::uint32_t first;
    std::uint32_t other;
  };
  std::vector<Latest> latest_of(std::vector<std::uint32_t> mutations) const;
  std::optional<Overwriter> overwriter_of(std::uint32_t observer,
                                          const std::vector<Latest>& latest) const;
  // Who may have written what the observer saw, at most `limit` of them: certain ones first,
  // then unknown ones, each the latest invoked first.
  std::vector<std::uint32_t> possible_authors(std::uint32_t observer, std::size_t limit) const;
  // Where there is no possible one: who wrote it too early or too late, or nobody.
  std::uint32_t surely_not_author(std::uint32_t observer) const;
  // Every mutation that may be the last before the observer.
  std::vector<std::uint32_t> possible_predecessors(std::uint32_t observer) const;
  std::vector<std::uint32_t> needed_by(std::uint32_t observer) const;
  std::vector<std::uint32_t> contradiction_of(std::uint32_t observer) const;
  std::vector<std::uint32_t> closure_of(std::vector<std::uint32_t> numbers) const;

  std::span<const Sighting> sightings_;
  ModelState initial_;
  // Of one state, in order of invocation. Unknown writers apart: nothing surely overwrites them.
  struct Writers {
    std::vector<std::uint32_t> certain;
    std::vector<std::int64_t> latest_completion;  // of the certain ones up to this
    std::vector<std::uint32_t> unknown;
  };
  std::vector<std::uint32_t> all_writers_of(ModelState state) const;

  std::vector<Writers> writers_of_;  // by state
  // Of each writer, who needs it kept; made when first asked for, since it can be large.
  std::vector<std::vector<std::uint32_t>> dependents_;
  std::vector<Latest> latest_;
  std::vector<Latest> latest_blind_;  // the same of mutations that saw nothing: a shorter story
};

}  // namespace faultrig
