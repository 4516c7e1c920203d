#include "checkers/invariants/counter_bounds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <cstdlib>
#include <limits>

#include "checkers/invariants/findings.hpp"

namespace faultrig {
namespace {

constexpr std::size_t most_choices = 64;  // adds of a choice whose sums are listed one by one
constexpr std::int64_t widest = 4096;     // distance of the least and the greatest of those sums
constexpr std::size_t shown_adds = 4;     // with a finding, of those acknowledged and of those not

struct Add {
  std::int64_t amount;
  const Operation* operation;
};

// Sums of the first adds in some order.
struct Prefix {
  std::int64_t positive = 0, negative = 0;
};

std::vector<Prefix> prefixes_of(const std::vector<Add>& adds) {
  std::vector<Prefix> prefixes(1);
  prefixes.reserve(adds.size() + 1);
  for (const Add& add : adds) {
    Prefix next = prefixes.back();
    (add.amount > 0 ? next.positive : next.negative) += add.amount;
    prefixes.push_back(next);
  }
  return prefixes;
}

// The amount of an add; nothing for what is none.
std::optional<std::int64_t> amount_of(const Operation& operation) {
  const bool is_down = operation.f == "decrement";
  if (!is_down && operation.f != "add" && operation.f != "increment") return std::nullopt;
  if (operation.input.is_nil()) return is_down ? -1 : 1;
  if (!operation.input.is_integer()) return std::nullopt;
  const std::int64_t amount = operation.input.as_integer();
  if (amount == std::numeric_limits<std::int64_t>::min()) return std::nullopt;  // has no opposite
  return is_down ? -amount : amount;
}

struct Totals {
  std::uint64_t adds = 0, reads = 0, exact = 0;
};

class OneCounter {
 public:
  OneCounter(const ObjectOperations& object, const CounterBoundsOptions& options,
             PropertyFindings& findings, Totals& totals)
      : key_(object.key), options_(options), findings_(findings), totals_(totals) {
    for (const Operation* operation : object.operations) take(*operation);
  }

  void judge() {
    totals_.adds += begun_.size();
    totals_.reads += reads_.size();
    if (!fits()) return;
    ended_ = begun_;
    std::erase_if(ended_, [](const Add& add) { return add.operation->outcome != Outcome::ok; });
    std::sort(ended_.begin(), ended_.end(), [](const Add& a, const Add& b) {
      return a.operation->completed_at < b.operation->completed_at;
    });
    begun_prefixes_ = prefixes_of(begun_);
    ended_prefixes_ = prefixes_of(ended_);
    for (const Operation* read : reads_) judge_read(*read);
  }

 private:
  struct Range {
    std::size_t certain;  // the first of ended_ count
    std::size_t begun;    // the first of begun_ may count
    std::int64_t least, greatest;
    std::size_t choices() const { return begun - certain; }
  };

  void take(const Operation& operation) {
    if (operation.f == "read") {
      if (operation.outcome != Outcome::ok) return;
      if (operation.output.is_integer()) {
        reads_.push_back(&operation);
      } else {
        findings_.leave_open(fmt::format("a read of {} returned {}, which is no integer",
                                         who_answered(operation), operation.output.to_string()));
      }
      return;
    }
    if (operation.outcome == Outcome::fail) return;
    if (const auto amount = amount_of(operation)) {
      begun_.push_back({*amount, &operation});
    } else if (operation.f == "add" || operation.f == "increment" || operation.f == "decrement") {
      findings_.leave_open(
          fmt::format("{} {} is no integer amount", operation.f, operation.input.to_string()));
    }
  }

  // Whether no sum and no difference of two can leave 64 bits, whichever adds count.
  bool fits() {
    constexpr std::uint64_t limit = std::uint64_t{1} << 61;
    const auto magnitude = [](std::int64_t number) {
      const auto bits = static_cast<std::uint64_t>(number);
      return number < 0 ? 0 - bits : bits;
    };
    std::uint64_t sum = magnitude(options_.initial);
    for (const Add& add : begun_) {
      if (sum <= limit && magnitude(add.amount) <= limit) sum += magnitude(add.amount);
      if (sum <= limit && magnitude(add.amount) <= limit) continue;
      findings_.leave_open(fmt::format(
          "the adds of {} come to more than 64 bits hold, with {} of process {}",
          key_ ? "key " + key_->to_string() : "the counter", add.amount, add.operation->process));
      return false;
    }
    return true;
  }

  Range range_of(const Operation& read) const {
    Range range{0, 0, 0, 0};
    const bool sees_all = !options_.eventual || is_final_read(read);
    if (sees_all) {
      range.certain = static_cast<std::size_t>(
          std::partition_point(
              ended_.begin(), ended_.end(),
              [&](const Add& add) { return add.operation->completed_at < read.invoked_at; }) -
          ended_.begin());
    }
    range.begun = static_cast<std::size_t>(std::partition_point(begun_.begin(), begun_.end(),
                                                                [&](const Add& add) {
                                                                  return add.operation->invoked_at <
                                                                         read.completed_at;
                                                                }) -
                                           begun_.begin());
    const Prefix& certain = ended_prefixes_[range.certain];
    const Prefix& begun = begun_prefixes_[range.begun];
    range.least = options_.initial + certain.positive + begun.negative;
    range.greatest = options_.initial + certain.negative + begun.positive;
    return range;
  }

  void judge_read(const Operation& read) {
    const Range range = range_of(read);
    const std::int64_t shown = read.output.as_integer();
    if (shown < range.least || shown > range.greatest) return tell_out_of_bounds(read, range);
    if (range.choices() > most_choices || range.greatest - range.least > widest) return;
    ++totals_.exact;
    if (range.choices() == 0) return;
    const std::vector<Add> choice = choice_of(read, range);
    if (!is_reachable(shown - range.least, choice, range.greatest - range.least))
      tell_unreachable(read, range, choice);
  }

  // The adds that may or may not count. `open_` follows the reads, which come in order of
  // invocation: what was acknowledged before one read began is certain for all later ones too, so
  // each add is taken out once.
  std::vector<Add> choice_of(const Operation& read, const Range& range) {
    if (options_.eventual && !is_final_read(read)) {
      return {begun_.begin(), begun_.begin() + static_cast<std::ptrdiff_t>(range.begun)};
    }
    for (; opened_ < begun_.size() && begun_[opened_].operation->invoked_at < read.invoked_at;
         ++opened_) {
      open_.push_back(begun_[opened_]);
    }
    std::erase_if(open_,
                  [&](const Add& add) { return add.operation->completed_at < read.invoked_at; });
    std::vector<Add> choice = open_;
    choice.insert(choice.end(), begun_.begin() + static_cast<std::ptrdiff_t>(opened_),
                  begun_.begin() + static_cast<std::ptrdiff_t>(range.begun));
    return choice;
  }

  // Above the least sum lie those that take in a positive add, or leave out a negative one. A bit
  // stands for a sum; mostly a single word holds them all.
  static bool is_reachable(std::int64_t above_least, const std::vector<Add>& choice,
                           std::int64_t width) {
    if (width < 64) {
      std::uint64_t word = 1;
      for (const Add& add : choice) word |= word << static_cast<unsigned>(std::abs(add.amount));
      return (word >> static_cast<unsigned>(above_least) & 1) != 0;
    }
    std::bitset<widest + 1> sums;
    sums.set(0);
    for (const Add& add : choice) sums |= sums << static_cast<std::size_t>(std::abs(add.amount));
    return sums[static_cast<std::size_t>(above_least)];
  }

  // The adds acknowledged last before it began.
  std::vector<Operation> with_certain(const Operation& read, const Range& range) const {
    std::vector<Operation> operations = {read};
    for (std::size_t i = 0; i < std::min(shown_adds, range.certain); ++i) {
      operations.push_back(*ended_[range.certain - 1 - i].operation);
    }
    return operations;
  }

  std::string sums_of(const Range& range) const {
    const Prefix& certain = ended_prefixes_[range.certain];
    const std::int64_t sum = options_.initial + certain.positive + certain.negative;
    return fmt::format("{} was certain when it began, {} more may count", sum,
                       count_of(range.choices(), "add"));
  }

  void tell_out_of_bounds(const Operation& read, const Range& range) {
    findings_.add("out of bounds", key_, [&] {
      const std::string possible =
          range.least == range.greatest
              ? fmt::format("only {} is possible", range.least)
              : fmt::format("{} to {} is possible", range.least, range.greatest);
      return std::pair(fmt::format("a read of {} shows {}, {}: {}", who_answered(read),
                                   read.output.to_string(), possible, sums_of(range)),
                       with_certain(read, range));
    });
  }

  void tell_unreachable(const Operation& read, const Range& range, const std::vector<Add>& choice) {
    findings_.add("unreachable", key_, [&] {
      std::vector<Operation> operations = with_certain(read, range);
      for (std::size_t i = 0; i < std::min(shown_adds, choice.size()); ++i) {
        operations.push_back(*choice[i].operation);
      }
      return std::pair(fmt::format("a read of {} shows {}, which no choice of adds gives: {}",
                                   who_answered(read), read.output.to_string(), sums_of(range)),
                       std::move(operations));
    });
  }

  std::optional<Value> key_;
  const CounterBoundsOptions& options_;
  PropertyFindings& findings_;
  Totals& totals_;
  std::vector<const Operation*> reads_;  // ok, in order of invocation
  std::vector<Add> begun_;               // that did not fail, in order of invocation
  std::vector<Add> ended_;               // acknowledged, in order of completion
  std::vector<Prefix> begun_prefixes_, ended_prefixes_;
  std::vector<Add> open_;
  std::size_t opened_ = 0;
};

class CounterBoundsChecker final : public Checker {
 public:
  explicit CounterBoundsChecker(const CounterBoundsOptions& options) : options_(options) {}
  std::string name() const override { return "counter"; }

  Verdict check(const History& history, const CheckBudget&) const override {
    PropertyFindings findings;
    Totals totals;
    for (const ObjectOperations& object : objects_of(history)) {
      OneCounter(object, options_, findings, totals).judge();
    }
    if (totals.reads == 0) findings.leave_open("no read succeeded");
    return std::move(findings).verdict(name(), "read by read",
                                       {{"reads", std::to_string(totals.reads)},
                                        {"adds", std::to_string(totals.adds)},
                                        {"judged sum by sum", std::to_string(totals.exact)}});
  }

 private:
  CounterBoundsOptions options_;
};

}  // namespace

std::unique_ptr<Checker> make_counter_bounds_checker(const CounterBoundsOptions& options) {
  return std::make_unique<CounterBoundsChecker>(options);
}

}  // namespace faultrig
