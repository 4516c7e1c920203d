#include "reports/ladder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

#include "checkers/linearizability/subhistory.hpp"
#include "checkers/promises.hpp"
#include "reports/words.hpp"

namespace faultrig {
namespace {

constexpr std::size_t shown_keys = 8;

std::string strongest_words(const std::vector<Rung>& rungs) {
  const std::vector<std::string> strongest = strongest_of(rungs);
  return strongest.empty() ? "none of these was shown to hold" : listed(strongest);
}

std::string rung_line(const Rung& rung) {
  const Validity validity = rung.verdict.validity;
  const bool holds = validity == Validity::valid;
  const bool has_reason = !holds && !rung.verdict.reasons.empty();
  const std::string text = fmt::format("{:<19} {}{}", rung.promise,
                                       holds                           ? "holds"
                                       : validity == Validity::invalid ? "broken"
                                                                       : "unknown",
                                       has_reason ? ": " + rung.verdict.reasons.front() : "");
  return "  " + wrapped(text, std::string(22, ' ')).substr(22);
}

// Keys by what they keep: most of them are alike.
std::string objects_words(const std::vector<Subhistory>& objects, std::string_view model,
                          const Value& initial, CheckBudget budget) {
  budget.steps = std::max<std::uint64_t>(budget.steps / objects.size(), 1);
  std::map<std::string, std::vector<std::string>> keys_of;
  for (const Subhistory& object : objects) {
    std::vector<Operation> operations;
    for (const Operation* operation : object.operations) operations.push_back(*operation);
    const auto rungs = climb_ladder(history_of(operations), model, initial, budget);
    keys_of[strongest_words(rungs)].push_back(value_words(object.key.value_or(Value())));
  }
  std::string text;
  for (auto& [strongest, keys] : keys_of) {
    const std::size_t more = keys.size() - std::min(keys.size(), shown_keys);
    keys.resize(keys.size() - more);
    if (more > 0) keys.push_back(fmt::format("{} more", more));
    const bool is_one = keys.size() == 1;
    text += wrapped(fmt::format("{} {} by {}: {}", is_one ? "key" : "keys", listed(keys),
                                is_one ? "itself" : "themselves", strongest),
                    "  ");
  }
  return text;
}

}  // namespace

std::string ladder_words(const History& history, std::string_view model, const Value& initial,
                         const CheckBudget& budget) {
  const std::vector<Rung> rungs = climb_ladder(history, model, initial, budget);
  std::string text = fmt::format("  the strongest that holds: {}\n", strongest_words(rungs));
  for (const Rung& rung : rungs) text += rung_line(rung);
  const auto objects = subhistories_by_key(history.operations());
  if (objects.size() > 1) text += objects_words(objects, model, initial, budget);
  return text;
}

}  // namespace faultrig
