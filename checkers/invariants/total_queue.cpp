#include "checkers/invariants/total_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>

#include "checkers/invariants/element_numbers.hpp"
#include "checkers/invariants/findings.hpp"

namespace faultrig {
namespace {

constexpr std::uint64_t any_number = std::numeric_limits<std::uint64_t>::max();

// A value went in (or may have) or came out, in one operation.
struct Passage {
  std::uint32_t value;
  const Operation* operation;
};

// The passages of one value are a contiguous part of all, found by a counting sort.
class ByValue {
 public:
  ByValue(const std::vector<Passage>& passages, std::size_t values) : begin_(values + 1, 0) {
    for (const Passage& passage : passages) ++begin_[passage.value + 1];
    for (std::size_t value = 0; value < values; ++value) begin_[value + 1] += begin_[value];
    sorted_.resize(passages.size());
    std::vector<std::size_t> next = begin_;
    for (const Passage& passage : passages) sorted_[next[passage.value]++] = passage.operation;
  }
  std::span<const Operation*> of(std::size_t value) {
    return std::span(sorted_).subspan(begin_[value], begin_[value + 1] - begin_[value]);
  }

 private:
  std::vector<std::size_t> begin_;
  std::vector<const Operation*> sorted_;
};

struct Totals {
  std::uint64_t enqueues = 0, dequeues = 0, acknowledged = 0;
  std::uint64_t recovered = 0, duplicated = 0, remaining = 0, possibly_taken = 0;
};

class OneQueue {
 public:
  OneQueue(const ObjectOperations& object, const TotalQueueOptions& options,
           PropertyFindings& findings, Totals& totals)
      : key_(object.key),
        options_(options),
        findings_(findings),
        totals_(totals),
        numbers_(16 * object.operations.size() + 1024) {
    in_.reserve(object.operations.size());
    out_.reserve(object.operations.size());
    for (const Operation* operation : object.operations) take(*operation);
  }

  void judge() {
    ByValue in(in_, numbers_.size());
    ByValue failed(failed_, numbers_.size());
    ByValue out(out_, numbers_.size());
    for (std::uint32_t value = 0; value < numbers_.size(); ++value) {
      judge_value(value, in.of(value), out.of(value), failed.of(value));
    }
    tell_lost();
    if (remaining_ > 0) {
      findings_.leave_open(fmt::format(
          "{}{} acknowledged after the queue was last found empty, and never came out: nobody "
          "looked whether {} still there",
          key_ ? "key " + key_->to_string() + ": " : "",
          count_of(remaining_, "value") + (remaining_ == 1 ? " was" : " were"),
          remaining_ == 1 ? "it is" : "they are"));
    }
    totals_.remaining += remaining_;
  }

 private:
  void take(const Operation& operation) {
    if (operation.f == "enqueue") {
      if (operation.outcome != Outcome::fail) ++totals_.enqueues;
      if (operation.outcome == Outcome::ok) ++totals_.acknowledged;
      (operation.outcome == Outcome::fail ? failed_ : in_)
          .push_back({numbers_.number_of(operation.input), &operation});
    } else if (operation.f == "dequeue") {
      take_dequeue(operation);
    } else if (operation.f == "drain") {
      take_drain(operation);
    }
  }

  void take_dequeue(const Operation& operation) {
    switch (operation.outcome) {
      case Outcome::ok:
        if (operation.output.is_nil()) return found_empty(operation);
        out_.push_back({numbers_.number_of(operation.output), &operation});
        return;
      case Outcome::fail:
        if (operation.error && operation.error->find("empty") != std::string::npos) {
          found_empty(operation);
        }
        return;
      case Outcome::info:
        if (takers_ != any_number) ++takers_;
        return;
    }
  }

  void take_drain(const Operation& operation) {
    if (operation.outcome == Outcome::info) takers_ = any_number;
    if (operation.outcome != Outcome::ok) return;
    if (operation.output.is_list()) {
      for (const Value& value : operation.output.as_list()) {
        out_.push_back({numbers_.number_of(value), &operation});
      }
    } else if (!operation.output.is_nil()) {
      findings_.leave_open(fmt::format("a drain of {} returned {}, which is no list of values",
                                       who_answered(operation), operation.output.to_string()));
      return;
    }
    found_empty(operation);
  }

  void found_empty(const Operation& operation) { empty_ = &operation; }  // the latest counts

  void judge_value(std::uint32_t value, std::span<const Operation*> in,
                   std::span<const Operation*> out, std::span<const Operation*> failed) {
    totals_.dequeues += out.size();
    std::sort(out.begin(), out.end(), [](const Operation* a, const Operation* b) {
      return a->completed_at < b->completed_at;
    });
    const std::uint64_t explained = judge_output(value, in, out, failed);
    const auto is_acknowledged = [](const Operation& enqueue) {
      return enqueue.outcome == Outcome::ok;
    };
    const auto is_before_empty = [&](const Operation& enqueue) {
      return is_acknowledged(enqueue) && empty_ != nullptr &&
             enqueue.completed_at < empty_->invoked_at;
    };
    const Matched acknowledged = match(in, out, is_acknowledged);
    const Matched before_empty = match(in, out, is_before_empty);
    totals_.recovered += explained - acknowledged.matched;
    for (std::uint64_t i = before_empty.matched; i < before_empty.of; ++i) {
      missing_.push_back(before_empty.latest);
    }
    remaining_ += acknowledged.of - acknowledged.matched - (before_empty.of - before_empty.matched);
  }

  struct Matched {
    std::uint64_t of = 0;  // such enqueues
    std::uint64_t matched = 0;
    const Operation* latest = nullptr;
  };
  // How many of some enqueues can have come out by these dequeues at best. A dequeue can have taken
  // what had begun when it ended, so one that ended later has all the choice of an earlier one, and
  // taking whatever has begun is as good as any. (Whichever enqueues can be matched at all can be
  // matched together with a largest number of dequeues: augmenting a matching uncovers nothing.)
  template <typename Counts>
  static Matched match(std::span<const Operation*> in, std::span<const Operation*> out,
                       Counts counts) {
    Matched result;
    std::size_t next = 0;
    std::uint64_t begun = 0;
    const auto count_next = [&] {
      if (counts(*in[next])) {
        ++begun;
        result.latest = in[next];
      }
      ++next;
    };
    for (const Operation* dequeue : out) {
      while (next < in.size() && in[next]->invoked_at < dequeue->completed_at) count_next();
      if (result.matched < begun) ++result.matched;
    }
    while (next < in.size()) count_next();
    result.of = begun;
    return result;
  }

  // The k-th dequeue to end needs k enqueues that had begun by then. Returns how many have theirs.
  std::uint64_t judge_output(std::uint32_t value, std::span<const Operation*> in,
                             std::span<const Operation*> out, std::span<const Operation*> failed) {
    std::size_t explained = 0, begun = 0;
    for (const Operation* dequeue : out) {
      while (begun < in.size() && in[begun]->invoked_at < dequeue->completed_at) ++begun;
      if (explained < begun) {
        ++explained;
      } else if (begun == 0) {
        tell_unexpected(value, *dequeue, in, failed);
      } else {
        ++totals_.duplicated;
        if (!options_.at_least_once) tell_duplicated(value, in, out);
      }
    }
    return explained;
  }

  // A drain shows no more than concerns the value.
  Operation shown(const Operation& dequeue, std::uint32_t value) {
    if (!dequeue.output.is_list() || dequeue.f != "drain") return dequeue;
    findings_.reads_are_projected();
    return projected_on(dequeue, numbers_.element(value));
  }

  void tell_unexpected(std::uint32_t value, const Operation& dequeue,
                       std::span<const Operation*> in, std::span<const Operation*> failed) {
    findings_.add("unexpected", key_, [&] {
      std::vector<Operation> operations = {shown(dequeue, value)};
      const char* why = "which nobody put in";
      if (!in.empty()) {
        operations.push_back(*in.front());
        why = "before anybody began to put it in";
      } else if (!failed.empty()) {
        operations.push_back(*failed.front());
        why = "though its enqueue failed";
      }
      return std::pair(fmt::format("a {} of {} took out {}, {}", dequeue.f, who_answered(dequeue),
                                   numbers_.element(value).to_string(), why),
                       std::move(operations));
    });
  }

  void tell_duplicated(std::uint32_t value, std::span<const Operation*> in,
                       std::span<const Operation*> out) {
    findings_.add("duplicated", key_, [&] {
      constexpr std::size_t most = 6;
      std::vector<Operation> operations;
      for (std::size_t i = 0; i < std::min(in.size(), most); ++i) operations.push_back(*in[i]);
      for (std::size_t i = 0; i < std::min(out.size(), most); ++i) {
        operations.push_back(shown(*out[i], value));
      }
      return std::pair(
          fmt::format("{} was put in {} and came out {}", numbers_.element(value).to_string(),
                      count_of(in.size(), "time"), count_of(out.size(), "time")),
          std::move(operations));
    });
  }

  // Which of the missing values the unknown dequeues took is anybody's guess; that there are more
  // of them than such dequeues is not.
  void tell_lost() {
    totals_.possibly_taken += std::min<std::uint64_t>(takers_, missing_.size());
    if (missing_.size() <= takers_) return;
    std::sort(missing_.begin(), missing_.end(),
              [](const Operation* a, const Operation* b) { return a->invoked_at < b->invoked_at; });
    const std::uint64_t lost = missing_.size() - takers_;
    for (std::uint64_t i = 0; i < lost; ++i) {
      findings_.add("lost", key_, [&] {
        const Operation& enqueue = *missing_[i];
        std::string words =
            takers_ == 0 ? fmt::format(
                               "{} was acknowledged and never came out, and then the queue was "
                               "found empty",
                               enqueue.input.to_string())
                         : fmt::format(
                               "{} acknowledged values never came out before the queue was found "
                               "empty, {} among them, and only {} can have taken one",
                               missing_.size(), enqueue.input.to_string(),
                               count_of(takers_, "dequeue") + " of unknown outcome");
        return std::pair(
            std::move(words),
            std::vector<Operation>{enqueue, shown(*empty_, numbers_.number_of(enqueue.input))});
      });
    }
  }

  std::optional<Value> key_;
  const TotalQueueOptions& options_;
  PropertyFindings& findings_;
  Totals& totals_;
  ElementNumbers numbers_;
  std::vector<Passage> in_, failed_, out_;
  const Operation* empty_ = nullptr;       // the last to find the queue empty, by its beginning
  std::uint64_t takers_ = 0;               // values that dequeues of unknown outcome may have taken
  std::vector<const Operation*> missing_;  // acknowledged before empty_, never came out
  std::uint64_t remaining_ = 0;
};

class TotalQueueChecker final : public Checker {
 public:
  explicit TotalQueueChecker(const TotalQueueOptions& options) : options_(options) {}
  std::string name() const override { return "total-queue"; }

  Verdict check(const History& history, const CheckBudget&) const override {
    PropertyFindings findings;
    findings.stand_alone_for(name());
    Totals totals;
    for (const ObjectOperations& object : objects_of(history)) {
      OneQueue(object, options_, findings, totals).judge();
    }
    if (totals.acknowledged == 0) findings.leave_open("no enqueue was acknowledged");
    const std::string lost = std::to_string(findings.count("lost"));
    const std::string unexpected = std::to_string(findings.count("unexpected"));
    return std::move(findings).verdict(name(), "value by value",
                                       {{"enqueues", std::to_string(totals.enqueues)},
                                        {"dequeued", std::to_string(totals.dequeues)},
                                        {"acknowledged", std::to_string(totals.acknowledged)},
                                        {"recovered", std::to_string(totals.recovered)},
                                        {"lost", lost},
                                        {"possibly taken", std::to_string(totals.possibly_taken)},
                                        {"remaining", std::to_string(totals.remaining)},
                                        {"duplicated", std::to_string(totals.duplicated)},
                                        {"unexpected", unexpected}});
  }

 private:
  TotalQueueOptions options_;
};

}  // namespace

std::unique_ptr<Checker> make_total_queue_checker(const TotalQueueOptions& options) {
  return std::make_unique<TotalQueueChecker>(options);
}

}  // namespace faultrig
