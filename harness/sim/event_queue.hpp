// What is going to happen in a simulation, in one total order: by time, and at one instant in the
// order in which it was scheduled. So a simulation never depends on how a container orders equals.
//
// Events are plain numbers; what they refer to (messages) lies with whoever scheduled them. Nothing
// is ever taken out early: an event that has become void says so by an old number in `setting` or
// `life`. Cost: O(log n) to schedule and to take.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "checkers/history/event.hpp"

namespace faultrig::sim {

enum class Happening : std::uint8_t {
  packet,     // arrives at its destination
  timer,      // of a node is due
  persisted,  // a synced write of a node is done
  deadline,   // of a client's request
};

struct Scheduled {
  Time at{};
  std::uint64_t order = 0;  // of scheduling
  Happening what = Happening::packet;
  std::uint32_t who = 0;    // node or client
  std::uint32_t life = 0;   // of the node, for timers and writes
  std::uint64_t which = 0;  // packet slot, timer, write or request
};

class EventQueue {
 public:
  void add(Time at, Happening what, std::uint32_t who, std::uint32_t life, std::uint64_t which) {
    heap_.push_back({at, next_++, what, who, life, which});
    std::push_heap(heap_.begin(), heap_.end(), is_later);
  }
  bool empty() const { return heap_.empty(); }
  // Requires that it is not empty.
  const Scheduled& front() const { return heap_.front(); }
  Scheduled take() {
    std::pop_heap(heap_.begin(), heap_.end(), is_later);
    const Scheduled first = heap_.back();
    heap_.pop_back();
    return first;
  }

 private:
  static bool is_later(const Scheduled& a, const Scheduled& b) {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }
  std::vector<Scheduled> heap_;
  std::uint64_t next_ = 0;
};

}  // namespace faultrig::sim
