#include "checkers/invariants/set_full.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checkers/invariants/element_numbers.hpp"
#include "checkers/invariants/findings.hpp"

namespace faultrig {
namespace {

using Reads = std::vector<const Operation*>;
constexpr std::int32_t nowhere = -1;  // no read

// What every read that shows the element looks at; small, since that is most of the work.
struct Element {
  std::int64_t begun_at = Operation::never;  // invocation of the first add that may count
  std::int64_t known_at = Operation::never;
  std::int32_t known_by = nowhere;  // the read that made it known; nowhere: its add did
  // Places of reads in order of invocation.
  std::int32_t last_present = nowhere;
  std::int32_t last_absent = nowhere;
  std::int32_t counted_in = nowhere;  // the read that was counted last

  void know(std::int64_t at, std::int32_t read) {
    if (at >= known_at) return;
    known_at = at;
    known_by = read;
  }
};

struct Origin {
  const Operation* add = nullptr;  // the first acknowledged one, else the first that may count
  const Operation* failed_add = nullptr;
  std::int32_t doubled_in = nowhere;    // a read that shows it twice
  std::int32_t lost_finally = nowhere;  // a final read without it
  std::uint32_t unexpected_reads = 0;
};

struct Totals {
  std::uint64_t adds = 0, acknowledged = 0, reads = 0;
  std::uint64_t stable = 0, lost = 0, never_read = 0, stale = 0, duplicated = 0;
  std::vector<Duration> latencies;
};

class OneSet {
 public:
  OneSet(const ObjectOperations& object, const SetFullOptions& options, PropertyFindings& findings,
         Totals& totals)
      : object_(object),
        options_(options),
        findings_(findings),
        totals_(totals),
        numbers_(16 * object.operations.size() + 1024) {}

  void judge() {
    for (const Operation* operation : object_.operations) take(*operation);
    for (auto place = static_cast<std::int32_t>(reads_.size()) - 1; place >= 0; --place) {
      look_at(place);
    }
    ask_final_reads();
    for (std::uint32_t number = 0; number < elements_.size(); ++number) classify(number);
    tell_stale();
    totals_.reads += reads_.size();
  }

 private:
  void take(const Operation& operation) {
    if (operation.f == "read") {
      if (operation.outcome != Outcome::ok) return;
      if (operation.output.is_list() || operation.output.is_nil()) {
        reads_.push_back(&operation);
      } else {
        findings_.leave_open(fmt::format("a read of {} returned {}, which is no list of elements",
                                         who_answered(operation), operation.output.to_string()));
      }
      return;
    }
    if (operation.f != "add" && operation.f != "broadcast") return;
    const std::uint32_t number = numbers_.number_of(operation.input);
    Element& element = at(number);
    Origin& origin = origins_[number];
    if (operation.outcome == Outcome::fail) {
      origin.failed_add = &operation;
      return;
    }
    ++totals_.adds;
    element.begun_at = std::min(element.begun_at, operation.invoked_at);
    if (origin.add == nullptr) origin.add = &operation;
    if (operation.outcome != Outcome::ok) return;
    ++totals_.acknowledged;
    if (operation.completed_at < element.known_at) origin.add = &operation;
    element.know(operation.completed_at, nowhere);
  }

  Element& at(std::uint32_t number) {
    if (number >= elements_.size()) {
      elements_.resize(number + 1);
      origins_.resize(number + 1);
    }
    return elements_[number];
  }

  // Reads come from the last to the first, so that an element that every read from here on shows is
  // recognised by the place at which its run would go on.
  void look_at(std::int32_t place) {
    const Operation& read = *reads_[static_cast<std::size_t>(place)];
    if (!read.output.is_list()) return;
    for (const Value& shown : read.output.as_list()) {
      const std::uint32_t number = numbers_.number_of(shown);
      Element& element = at(number);
      if (element.counted_in == place) {
        origins_[number].doubled_in = place;
        continue;
      }
      if (element.counted_in == nowhere) {
        element.last_present = place;
        element.last_absent = static_cast<std::int32_t>(reads_.size()) - 1;
      }
      element.counted_in = place;
      if (element.last_absent == place) --element.last_absent;
      element.know(read.completed_at, place);
      if (element.begun_at > read.completed_at) ++origins_[number].unexpected_reads;
    }
  }

  // The last final read of every node must show all that was known when it began.
  void ask_final_reads() {
    std::map<std::string, std::int32_t> last;
    for (std::size_t place = 0; place < reads_.size(); ++place) {
      if (is_final_read(*reads_[place])) {
        last[who_answered(*reads_[place])] = static_cast<std::int32_t>(place);
      }
    }
    std::vector<std::int32_t> shown_in(elements_.size(), nowhere);
    for (const auto& [node, place] : last) {
      const Operation& read = *reads_[static_cast<std::size_t>(place)];
      if (read.output.is_list()) {
        for (const Value& shown : read.output.as_list()) {
          shown_in[numbers_.number_of(shown)] = place;
        }
      }
      for (std::uint32_t number = 0; number < elements_.size(); ++number) {
        const bool is_missing =
            elements_[number].known_at < read.invoked_at && shown_in[number] != place;
        if (is_missing) origins_[number].lost_finally = place;
      }
    }
  }

  void classify(std::uint32_t number) {
    Element& element = elements_[number];
    const Origin& origin = origins_[number];
    if (origin.doubled_in != nowhere) tell_duplicated(number);
    if (origin.unexpected_reads > 0) tell_unexpected(number);
    if (origin.add == nullptr) return;  // never added, or it failed
    if (element.counted_in == nowhere) {
      element.last_absent = static_cast<std::int32_t>(reads_.size()) - 1;
    }
    const bool missed =
        element.last_absent != nowhere && element.known_at < invoked(element.last_absent);
    if (origin.lost_finally != nowhere || (missed && element.last_present < element.last_absent)) {
      ++totals_.lost;
      tell_lost(number);
    } else if (element.last_present > element.last_absent) {
      ++totals_.stable;
      if (missed) stale_.push_back(number);
      totals_.latencies.push_back(latency(number));
    } else {
      ++totals_.never_read;
    }
  }

  std::int64_t invoked(std::int32_t place) const {
    return reads_[static_cast<std::size_t>(place)]->invoked_at;
  }
  Duration latency(std::uint32_t number) const {
    const Element& element = elements_[number];
    if (element.last_absent == nowhere) return Duration{};
    const Operation& missed = *reads_[static_cast<std::size_t>(element.last_absent)];
    if (missed.invoked_at < element.known_at) return Duration{};
    const Operation& known = element.known_by == nowhere
                                 ? *origins_[number].add
                                 : *reads_[static_cast<std::size_t>(element.known_by)];
    return missed.invoke_time - known.complete_time.value_or(missed.invoke_time);
  }
  Operation shown(std::int32_t place, std::uint32_t number) const {
    return projected_on(*reads_[static_cast<std::size_t>(place)], numbers_.element(number));
  }
  // How the element became known.
  std::vector<Operation> story_of(std::uint32_t number) const {
    const Origin& origin = origins_[number];
    const Operation* add = origin.add != nullptr ? origin.add : origin.failed_add;
    std::vector<Operation> operations;
    if (add != nullptr) operations.push_back(*add);
    const std::int32_t known_by = elements_[number].known_by;
    if (known_by != nowhere) operations.push_back(shown(known_by, number));
    return operations;
  }
  std::string known_words(std::uint32_t number) const {
    const Element& element = elements_[number];
    return fmt::format("element {} {}", numbers_.element(number).to_string(),
                       element.known_by == nowhere ? "was acknowledged" : "was seen");
  }

  void tell_lost(std::uint32_t number) {
    findings_.add("lost", object_.key, [&] {
      const Element& element = elements_[number];
      std::vector<Operation> operations = story_of(number);
      if (element.last_present != nowhere) {
        operations.push_back(shown(element.last_present, number));
      }
      const std::int32_t last_word = origins_[number].lost_finally;
      if (last_word != nowhere) {
        operations.push_back(shown(last_word, number));
        return std::pair(fmt::format("{}, the final read of {} lacks it", known_words(number),
                                     who_answered(*reads_[static_cast<std::size_t>(last_word)])),
                         std::move(operations));
      }
      operations.push_back(shown(element.last_absent, number));
      // The reads that lack it to the end began after it was known and after it was last seen.
      auto first = element.last_absent;
      while (first - 1 > element.last_present && invoked(first - 1) > element.known_at) --first;
      const auto missing = static_cast<std::uint64_t>(element.last_absent - first + 1);
      return std::pair(fmt::format("{}, the last {} it", known_words(number),
                                   missing == 1 ? std::string("read lacks")
                                                : count_of(missing, "read") + " lack"),
                       std::move(operations));
    });
  }

  void tell_duplicated(std::uint32_t number) {
    ++totals_.duplicated;
    findings_.add("duplicated", object_.key, [&] {
      const std::int32_t place = origins_[number].doubled_in;
      Operation read = shown(place, number);
      std::string words =
          fmt::format("a read of {} shows element {} {} times", who_answered(read),
                      numbers_.element(number).to_string(), read.output.as_list().size());
      std::vector<Operation> operations = story_of(number);
      operations.push_back(std::move(read));
      return std::pair(std::move(words), std::move(operations));
    });
  }

  void tell_unexpected(std::uint32_t number) {
    const Origin& origin = origins_[number];
    findings_.add("unexpected", object_.key, [&] {
      const char* why = origin.add != nullptr          ? "before anybody began to add it"
                        : origin.failed_add != nullptr ? "though its add failed"
                                                       : "which nobody added";
      return std::pair(fmt::format("{} shown element {} {}",
                                   origin.unexpected_reads == 1
                                       ? "1 read has"
                                       : fmt::format("{} reads have", origin.unexpected_reads),
                                   numbers_.element(number).to_string(), why),
                       story_of(number));
    });
  }

  // The worst first; where staleness is allowed it is only counted.
  void tell_stale() {
    totals_.stale += stale_.size();
    if (!options_.linearizable) return;
    const auto shown_first = stale_.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                  stale_.size(), PropertyFindings::kept_of_each));
    std::partial_sort(stale_.begin(), shown_first, stale_.end(),
                      [&](std::uint32_t a, std::uint32_t b) {
                        const Duration of_a = latency(a), of_b = latency(b);
                        return of_a != of_b ? of_a > of_b : a < b;
                      });
    for (const std::uint32_t number : stale_) {
      findings_.add("stale", object_.key, [&] {
        const Element& element = elements_[number];
        std::vector<Operation> operations = story_of(number);
        operations.push_back(shown(element.last_absent, number));
        return std::pair(fmt::format("{}, a read that began {} later lacks it", known_words(number),
                                     short_time(latency(number))),
                         std::move(operations));
      });
    }
  }

  const ObjectOperations& object_;
  const SetFullOptions& options_;
  PropertyFindings& findings_;
  Totals& totals_;
  ElementNumbers numbers_;
  std::vector<Element> elements_;
  std::vector<Origin> origins_;  // of each element
  Reads reads_;
  std::vector<std::uint32_t> stale_;
};

using Statistics = std::vector<std::pair<std::string, std::string>>;

Statistics statistics_of(Totals& totals) {
  Statistics statistics = {{"adds", std::to_string(totals.adds)},
                           {"reads", std::to_string(totals.reads)},
                           {"acknowledged", std::to_string(totals.acknowledged)},
                           {"stable", std::to_string(totals.stable)},
                           {"lost", std::to_string(totals.lost)},
                           {"never read", std::to_string(totals.never_read)},
                           {"stale", std::to_string(totals.stale)},
                           {"duplicated", std::to_string(totals.duplicated)}};
  if (!totals.latencies.empty()) {
    std::vector<Duration>& all = totals.latencies;
    const auto middle = all.begin() + static_cast<std::ptrdiff_t>((all.size() - 1) / 2);
    std::nth_element(all.begin(), middle, all.end());
    statistics.emplace_back("median until visible", short_time(*middle));
    statistics.emplace_back("worst until visible",
                            short_time(*std::max_element(middle, all.end())));
  }
  return statistics;
}

class SetFullChecker final : public Checker {
 public:
  explicit SetFullChecker(const SetFullOptions& options) : options_(options) {}
  std::string name() const override { return "set-full"; }

  Verdict check(const History& history, const CheckBudget&) const override {
    PropertyFindings findings;
    findings.reads_are_projected();
    findings.stand_alone_for(options_.linearizable ? "set-full promise=linearizable" : "set-full");
    Totals totals;
    for (const ObjectOperations& object : objects_of(history)) {
      OneSet(object, options_, findings, totals).judge();
    }
    if (totals.stable == 0) {
      findings.leave_open(totals.reads == 0 ? "no read succeeded, so nothing shows what was kept"
                                            : "no element was seen to stay");
    }
    return std::move(findings).verdict(name(), "element by element", statistics_of(totals));
  }

 private:
  SetFullOptions options_;
};

}  // namespace

std::unique_ptr<Checker> make_set_full_checker(const SetFullOptions& options) {
  return std::make_unique<SetFullChecker>(options);
}

}  // namespace faultrig
