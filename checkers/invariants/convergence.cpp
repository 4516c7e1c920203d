#include "checkers/invariants/convergence.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

#include "checkers/invariants/cart.hpp"
#include "checkers/invariants/findings.hpp"

namespace faultrig {
namespace {

// Of one disagreement; a run has as many clients as its plan likes.
constexpr std::size_t shown_values = 4;
constexpr std::size_t shown_readers = 6;

bool is_read(const Operation& operation) {
  return operation.f == "read" || operation.f == "get" || operation.f == final_read;
}

bool is_final(const Operation& operation) {
  return operation.f == final_read || (is_read(operation) && is_final_read(operation));
}

struct Totals {
  std::uint64_t final_reads = 0, too_early = 0, compared = 0, disagreements = 0, excused = 0;
};

// What the unknown mutations of a key could bring, now or later.
struct Late {
  std::set<Value> values;    // of the whole object
  std::set<Value> elements;  // of a set
  bool may_remove = false;
  bool may_do_anything = false;

  void add(const Operation& operation) {
    const Value& input = operation.input;
    if (operation.f == "write" || operation.f == "put") {
      values.insert(input);
    } else if (operation.f == "cas" && input.is_list() && !input.as_list().empty()) {
      values.insert(input.as_list().back());
    } else if (operation.f == "add" || operation.f == "broadcast") {
      elements.insert(input);
    } else if (operation.f == "delete") {
      values.insert(Value());
      may_remove = true;
    } else {
      may_do_anything = true;
    }
  }
};

// One key: its final reads by what they show.
class OneObject {
 public:
  OneObject(const ObjectOperations& object, PropertyFindings& findings, Totals& totals)
      : object_(object), findings_(findings), totals_(totals) {}

  void judge() {
    collect();
    std::set<std::string> answered;
    for (const Operation* read : reads_) answered.insert(who_answered(*read));
    if (answered.size() > 1) ++totals_.compared;
    if (shown_.size() < 2) return;
    if (late_.may_do_anything || (late_.may_remove && shows_sets_)) {
      ++totals_.excused;
      return;
    }
    std::vector<const Value*> certain;
    for (const auto& [value, reads] : shown_) {
      if (!could_come_late(value)) certain.push_back(&value);
    }
    const std::vector<Value> kept = without_late_elements(certain);
    if (kept.size() < 2) {
      ++totals_.excused;
      return;
    }
    ++totals_.disagreements;
    if (shows_sets_ && all_are_lists(kept)) {
      tell_sets(kept);
    } else {
      tell_values(kept);
    }
  }

 private:
  using Readers = std::vector<const Operation*>;

  void collect() {
    std::int64_t last_ended = -1;
    for (const Operation* operation : object_.operations) {
      if (is_read(*operation) || operation->outcome == Outcome::fail) continue;
      if (operation->outcome == Outcome::info) {
        late_.add(*operation);
      } else {
        last_ended = std::max(last_ended, operation->completed_at);
      }
    }
    for (const Operation* operation : object_.operations) {
      if (!is_final(*operation) || operation->outcome != Outcome::ok) continue;
      ++totals_.final_reads;
      if (operation->invoked_at < last_ended) {
        ++totals_.too_early;
        continue;
      }
      reads_.push_back(operation);
      shows_sets_ = shows_sets_ || operation->output.is_list();
      shown_[as_shown(operation->output)].push_back(operation);
    }
  }

  // A list as a set: in order, each element once.
  static Value as_shown(const Value& value) {
    if (!value.is_list()) return value;
    const std::set<Value> elements(value.as_list().begin(), value.as_list().end());
    return Value(Value::List(elements.begin(), elements.end()));
  }

  bool could_come_late(const Value& value) const {
    return std::any_of(late_.values.begin(), late_.values.end(),
                       [&](const Value& late) { return as_shown(late) == value; });
  }

  Value stripped(const Value& value) const {
    if (!value.is_list()) return value;
    Value::List rest;
    for (const Value& element : value.as_list()) {
      if (!late_.elements.contains(element)) rest.push_back(element);
    }
    return Value(std::move(rest));
  }

  // Distinct, in order; what reads show under each is in by_kept_.
  std::vector<Value> without_late_elements(const std::vector<const Value*>& certain) {
    for (const Value* value : certain) {
      Readers& readers = by_kept_[stripped(*value)];
      const Readers& more = shown_.at(*value);
      readers.insert(readers.end(), more.begin(), more.end());
    }
    std::vector<Value> kept;
    for (auto& [value, readers] : by_kept_) {
      std::sort(readers.begin(), readers.end(), [](const Operation* a, const Operation* b) {
        return a->invoked_at < b->invoked_at;
      });
      kept.push_back(value);
    }
    return kept;
  }

  static bool all_are_lists(const std::vector<Value>& values) {
    return std::all_of(values.begin(), values.end(),
                       [](const Value& value) { return value.is_list(); });
  }

  // The first read of everybody who showed it.
  static Readers one_of_each(const Readers& readers) {
    Readers first;
    std::set<std::string> known;
    for (const Operation* read : readers) {
      if (known.insert(who_answered(*read)).second) first.push_back(read);
    }
    return first;
  }

  static std::string names_of(const Readers& readers) {
    std::vector<std::string> names;
    for (const Operation* read : readers) names.push_back(who_answered(*read));
    std::sort(names.begin(), names.end());
    const std::size_t hidden = names.size() > shown_readers ? names.size() - shown_readers : 0;
    names.resize(names.size() - hidden);
    std::string text = fmt::format("{}", fmt::join(names, ", "));
    return hidden > 0 ? text + fmt::format(" and {} more", hidden) : text;
  }

  // The acknowledged mutation that brought it; nullptr when there is none.
  const Operation* origin_of(const Value& value) const {
    for (const Operation* operation : object_.operations) {
      if (is_read(*operation) || operation->outcome != Outcome::ok) continue;
      const bool is_cas = operation->f == "cas" && operation->input.is_list() &&
                          !operation->input.as_list().empty();
      if ((is_cas ? operation->input.as_list().back() : operation->input) == value) {
        return operation;
      }
    }
    return nullptr;
  }

  void tell_values(const std::vector<Value>& kept) {
    findings_.add("disagreement", object_.key, [&] {
      std::vector<std::string> parts;
      std::vector<Operation> operations;
      for (const Value& value : kept) {
        if (parts.size() == shown_values) break;
        const Readers readers = one_of_each(by_kept_.at(value));
        parts.push_back(fmt::format("{} {} {}", names_of(readers),
                                    readers.size() == 1 ? "shows" : "show", value.to_string()));
        if (const Operation* origin = origin_of(value)) operations.push_back(*origin);
        for (std::size_t i = 0; i < readers.size() && i < shown_readers; ++i) {
          operations.push_back(*readers[i]);
        }
      }
      std::string words = fmt::format("final reads differ: {}", fmt::join(parts, "; "));
      if (kept.size() > parts.size()) {
        words += fmt::format("; and {} more values", kept.size() - parts.size());
      }
      return std::pair(std::move(words), std::move(operations));
    });
  }

  // Sets are long: what is told is one element that some show and others do not.
  void tell_sets(const std::vector<Value>& kept) {
    findings_.reads_are_projected();
    findings_.add("disagreement", object_.key, [&] {
      std::map<Value, std::size_t> shows;  // by element: how many of the sets have it
      for (const Value& set : kept) {
        for (const Value& element : set.as_list()) ++shows[element];
      }
      std::erase_if(shows, [&](const auto& entry) { return entry.second == kept.size(); });
      const Value element = shows.begin()->first;
      Readers with, without;
      for (const Value& set : kept) {
        const Value::List& list = set.as_list();
        const bool has_it = std::binary_search(list.begin(), list.end(), element);
        const Readers& readers = by_kept_.at(set);
        Readers& side = has_it ? with : without;
        side.insert(side.end(), readers.begin(), readers.end());
      }
      with = one_of_each(with);
      without = one_of_each(without);
      std::string words =
          fmt::format("final reads differ in {}: element {} is shown by {} and not by {}",
                      count_of(shows.size(), "element"), element.to_string(), names_of(with),
                      names_of(without));
      return std::pair(std::move(words), story_of(element, with, without));
    });
  }

  std::vector<Operation> story_of(const Value& element, const Readers& with,
                                  const Readers& without) const {
    std::vector<Operation> operations;
    if (const Operation* origin = origin_of(element)) operations.push_back(*origin);
    for (const Readers* side : {&with, &without}) {
      for (std::size_t i = 0; i < side->size() && i < shown_readers; ++i) {
        operations.push_back(projected_on(*(*side)[i], element));
      }
    }
    return operations;
  }

  const ObjectOperations& object_;
  PropertyFindings& findings_;
  Totals& totals_;
  Late late_;
  Readers reads_;
  bool shows_sets_ = false;
  std::map<Value, Readers> shown_;
  std::map<Value, Readers> by_kept_;  // without what unknown mutations may bring
};

class ConvergenceChecker final : public Checker {
 public:
  std::string name() const override { return "convergence"; }

  Verdict check(const History& history, const CheckBudget&) const override {
    PropertyFindings findings;
    findings.stand_alone_for(name());
    Totals totals;
    const std::vector<ObjectOperations> objects = objects_of(history);
    for (const ObjectOperations& object : objects) OneObject(object, findings, totals).judge();
    if (totals.final_reads == totals.too_early) {
      findings.leave_open(totals.final_reads == 0
                              ? "no final read succeeded, so nobody has looked"
                              : "every final read began before the last mutation had ended");
    } else if (totals.compared == 0) {
      findings.leave_open("no key was read by two replicas in the end, so nothing was compared");
    }
    return std::move(findings).verdict(
        name(), "final reads, key by key",
        {{"keys", std::to_string(objects.size())},
         {"final reads", std::to_string(totals.final_reads)},
         {"keys compared", std::to_string(totals.compared)},
         {"disagreements", std::to_string(totals.disagreements)},
         {"may differ by unknown outcomes", std::to_string(totals.excused)}});
  }
};

}  // namespace

std::unique_ptr<Checker> make_convergence_checker() {
  return std::make_unique<ConvergenceChecker>();
}

}  // namespace faultrig
