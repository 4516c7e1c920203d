// How long the polynomial procedures take, and how that grows: each against its own history of
// 10^4, 10^5 and 10^6 operations, legal, and with an anomaly planted at three quarters. Prints a
// table a procedure; ratios compare rows of the same run, since machines differ more than
// algorithms, and the exponent is that of the power of the length that fits best (1: linear; n log
// n comes out as about 1.09 over this range).
//
// The histories: ten clients that always have an operation in flight, each taking effect at a
// random instant of its interval. Lists and sets are read whole twenty times, whatever the length,
// so that reads stay in proportion to the rest.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/growth.hpp"
#include "checkers/linearizability/fast/fast_bag.hpp"
#include "checkers/linearizability/fast/fast_list.hpp"
#include "checkers/linearizability/fast/fast_queue.hpp"
#include "checkers/linearizability/fast/fast_set.hpp"
#include "checkers/linearizability/fast/fast_set_reads.hpp"
#include "checkers/linearizability/fast/fast_stack.hpp"
#include "harness/random.hpp"

namespace faultrig {
namespace {

enum class Kind { fifo_queue, stack, bag, set, list, set_reads };

struct Procedure {
  Kind kind;
  std::string_view name;
  FastVerdict (*decide)(std::span<const CollectionOperation>);
};

constexpr std::array procedures = {
    Procedure{Kind::fifo_queue, "fifo queue", decide_fifo_queue},
    Procedure{Kind::stack, "stack", decide_stack},
    Procedure{Kind::bag, "bag", decide_bag},
    Procedure{Kind::set, "set: add, remove, contains", decide_set},
    Procedure{Kind::list, "list: append, whole reads", decide_list},
    Procedure{Kind::set_reads, "set: add, whole reads", decide_set_reads},
};

constexpr std::uint32_t nothing = CollectionOperation::no_value;
constexpr std::size_t clients = 10;
constexpr std::uint64_t whole_reads = 20;

class HistoryMaker {
 public:
  HistoryMaker(Kind kind, std::size_t operations, bool with_anomaly)
      : kind_(kind), length_(operations), with_anomaly_(with_anomaly), random_(11) {
    operations_.reserve(operations + 4);
  }

  // Reads keep pointing into this object.
  std::span<const CollectionOperation> make() {
    std::array<Slot, clients> slots;
    std::size_t busy = 0;
    while (operations_.size() < length_ || busy > 0) {
      Slot& slot = slots[random_.below(slots.size())];
      if (!slot.is_busy) {
        if (operations_.size() >= length_) continue;
        if (with_anomaly_ && operations_.size() >= length_ * 3 / 4) plant();
        slot = {operations_.size(), true, false};
        start();
        ++busy;
      } else if (!slot.has_happened) {
        slot.has_happened = true;
        take_effect(operations_[slot.operation]);
      } else {
        operations_[slot.operation].completed_at = index_++;
        slot.is_busy = false;
        --busy;
      }
    }
    return operations_;
  }

 private:
  struct Slot {
    std::size_t operation = 0;
    bool is_busy = false;
    bool has_happened = false;
  };

  void start() {
    CollectionOperation operation;
    operation.invoked_at = index_++;
    operation.action = CollectionAction::insert;
    const bool only_grows = kind_ == Kind::list || kind_ == Kind::set_reads;
    if (only_grows) {
      if (operations_.size() % (length_ / whole_reads) == length_ / whole_reads - 1) {
        operation.action = CollectionAction::read_all;
      }
    } else if (kind_ == Kind::set) {
      if (next_value_ > 0 && random_.below(8) > 0) ask(operation);
    } else if (random_.below(2) == 0) {
      operation.action = CollectionAction::remove;
    }
    if (operation.action == CollectionAction::insert) operation.value = next_value_++;
    operations_.push_back(operation);
  }

  // About one of the newest values.
  void ask(CollectionOperation& operation) {
    const auto back = static_cast<std::uint32_t>(random_.below(10));
    operation.value = next_value_ - 1 - std::min(back, next_value_ - 1);
    operation.action =
        random_.below(8) == 0 ? CollectionAction::remove : CollectionAction::saw_present;
  }

  void take_effect(CollectionOperation& operation) {
    if (kind_ == Kind::set) return answer(operation);
    switch (operation.action) {
      case CollectionAction::insert:
        present_.push_back(operation.value);
        return;
      case CollectionAction::remove:
        return take_out(operation);
      case CollectionAction::read_all:
        contents_.emplace_back(present_.begin(), present_.end());
        operation.contents = contents_.back();
        return;
      case CollectionAction::saw_empty:
      case CollectionAction::saw_present:
      case CollectionAction::saw_absent:
        return;
    }
  }

  void answer(CollectionOperation& operation) {
    if (is_there_.size() <= operation.value) is_there_.resize(operation.value + 1, false);
    if (operation.action == CollectionAction::insert) {
      is_there_[operation.value] = true;
    } else if (operation.action == CollectionAction::remove) {
      is_there_[operation.value] = false;
    } else if (!is_there_[operation.value]) {
      operation.action = CollectionAction::saw_absent;
    }
  }

  void take_out(CollectionOperation& operation) {
    if (present_.empty()) {
      operation.action = CollectionAction::saw_empty;
      return;
    }
    if (kind_ == Kind::fifo_queue) {
      operation.value = present_.front();
      present_.pop_front();
      return;
    }
    if (kind_ == Kind::bag) {
      std::swap(present_[random_.below(present_.size())], present_.back());
    }
    operation.value = present_.back();
    present_.pop_back();
  }

  // One after the other, with two values of their own.
  void plant() {
    with_anomaly_ = false;
    using enum CollectionAction;
    const std::uint32_t a = next_value_++, b = next_value_++;
    const auto add = [&](CollectionAction action, std::uint32_t value) {
      operations_.push_back({action, value, index_, index_ + 1, {}});
      index_ += 2;
    };
    add(insert, a);
    switch (kind_) {
      case Kind::fifo_queue:
      case Kind::stack:
        add(insert, b);
        add(remove, kind_ == Kind::stack ? a : b);
        add(remove, kind_ == Kind::stack ? b : a);
        return;
      case Kind::bag:
        return add(saw_empty, nothing);
      case Kind::set:
        is_there_.resize(next_value_, false);
        is_there_[a] = true;
        return add(saw_absent, a);
      case Kind::list:
      case Kind::set_reads:
        return add(read_all, nothing);
    }
  }

  Kind kind_;
  std::size_t length_;
  bool with_anomaly_;
  Random random_;
  std::vector<CollectionOperation> operations_;
  std::deque<std::vector<std::uint32_t>> contents_;
  std::deque<std::uint32_t> present_;
  std::vector<bool> is_there_;
  std::uint32_t next_value_ = 0;
  std::int64_t index_ = 0;
};

// The fastest of a few runs: the others tell of the machine.
double time_of(const Procedure& procedure, std::span<const CollectionOperation> operations,
               FastVerdict& verdict) {
  double best = 0;
  for (int run = 0; run < 3; ++run) {
    const auto begin = std::chrono::steady_clock::now();
    verdict = procedure.decide(operations);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    if (run == 0 || took.count() < best) best = took.count();
  }
  return best;
}

std::string_view word_for(const FastVerdict& verdict) {
  if (!verdict.is_applicable) return "unknown";
  return verdict.is_linearizable ? "valid" : "invalid";
}

void measure(const Procedure& procedure, bool with_anomaly) {
  fmt::print("\n{}{}\n{:>9} {:>8} {:>5} {:>10} {:>8} {:>7}\n", procedure.name,
             with_anomaly ? ", an anomaly planted" : "", "ops", "verdict", "core", "ms", "ns/op",
             "ratio");
  std::vector<GrowthPoint> points;
  for (std::size_t operations : {10'000U, 100'000U, 1'000'000U}) {
    HistoryMaker maker(procedure.kind, operations, with_anomaly);
    const auto history = maker.make();
    FastVerdict verdict;
    const double milliseconds = time_of(procedure, history, verdict);
    const double ratio = points.empty() ? 1 : milliseconds / points.back().milliseconds;
    fmt::print("{:>9} {:>8} {:>5} {:>10.2f} {:>8.0f} {:>7.2f}\n", operations, word_for(verdict),
               verdict.contradiction.size(), milliseconds,
               milliseconds * 1e6 / static_cast<double>(operations), ratio);
    points.push_back({static_cast<double>(operations), milliseconds});
  }
  fmt::print("grows with the power {:.2f} of the length\n", exponent_of(points));
}

}  // namespace
}  // namespace faultrig

int main() {
  for (const faultrig::Procedure& procedure : faultrig::procedures) {
    for (bool with_anomaly : {false, true}) faultrig::measure(procedure, with_anomaly);
  }
  return 0;
}
