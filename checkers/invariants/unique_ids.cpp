#include "checkers/invariants/unique_ids.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "checkers/invariants/element_numbers.hpp"
#include "checkers/invariants/findings.hpp"

namespace faultrig {
namespace {

constexpr std::size_t shown_operations = 8;

struct Totals {
  std::uint64_t attempted = 0, acknowledged = 0;
  std::optional<Value> lowest, highest;
};

void judge_object(const ObjectOperations& object, PropertyFindings& findings, Totals& totals) {
  ElementNumbers numbers(16 * object.operations.size() + 1024);
  std::vector<const Operation*> first;  // of each id
  std::vector<std::pair<std::uint32_t, const Operation*>> again;
  for (const Operation* operation : object.operations) {
    if (operation->f != "generate") continue;
    ++totals.attempted;
    if (operation->outcome != Outcome::ok) continue;
    ++totals.acknowledged;
    const Value& id = operation->output;
    if (!totals.lowest || id < *totals.lowest) totals.lowest = id;
    if (!totals.highest || id > *totals.highest) totals.highest = id;
    const std::uint32_t number = numbers.number_of(id);
    if (number == first.size()) {
      first.push_back(operation);
    } else {
      again.emplace_back(number, operation);
    }
  }
  std::stable_sort(again.begin(), again.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto from = again.begin(); from != again.end();) {
    const auto to = std::find_if(
        from, again.end(), [&](const auto& repeated) { return repeated.first != from->first; });
    findings.add("duplicated", object.key, [&] {
      std::vector<Operation> operations = {*first[from->first]};
      for (auto at = from; at != to && operations.size() < shown_operations; ++at) {
        operations.push_back(*at->second);
      }
      return std::pair(fmt::format("id {} was given out {} times",
                                   numbers.element(from->first).to_string(), to - from + 1),
                       std::move(operations));
    });
    from = to;
  }
}

class UniqueIdsChecker final : public Checker {
 public:
  std::string name() const override { return "unique-ids"; }

  Verdict check(const History& history, const CheckBudget&) const override {
    PropertyFindings findings;
    findings.stand_alone_for(name());
    Totals totals;
    for (const ObjectOperations& object : objects_of(history)) {
      judge_object(object, findings, totals);
    }
    if (totals.acknowledged == 0) findings.leave_open("no id was given out");
    std::vector<std::pair<std::string, std::string>> statistics = {
        {"attempted", std::to_string(totals.attempted)},
        {"ids", std::to_string(totals.acknowledged)},
        {"duplicated", std::to_string(findings.count("duplicated"))}};
    if (totals.lowest) {
      statistics.emplace_back("lowest", totals.lowest->to_string());
      statistics.emplace_back("highest", totals.highest->to_string());
    }
    return std::move(findings).verdict(name(), "id by id", std::move(statistics));
  }
};

}  // namespace

std::unique_ptr<Checker> make_unique_ids_checker() { return std::make_unique<UniqueIdsChecker>(); }

}  // namespace faultrig
