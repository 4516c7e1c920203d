#include "checkers/promises.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

#include "checkers/causal/causal_checker.hpp"
#include "checkers/guarded_check.hpp"
#include "checkers/linearizability/consistency.hpp"
#include "checkers/models/catalog.hpp"

namespace faultrig {
namespace {

bool is_about_registers(std::string_view model) {
  const std::string name = canonical_model_name(model);
  return name == "register" || name == "cas-register" || name == "kv-map";
}

bool is_of_reads(Consistency consistency) {
  return consistency == Consistency::regular || consistency == Consistency::safe;
}

std::vector<std::string> all_names() {
  std::vector<std::string> names = {"linearizable", "sequential"};
  const auto levels = causal_levels();
  for (auto level = levels.rbegin(); level != levels.rend(); ++level) {
    names.emplace_back(to_string(*level));
  }
  names.insert(names.end(), {"regular", "safe"});
  return names;
}

bool is_one_refusal(const std::vector<CausalRung>& rungs) {
  return std::all_of(rungs.begin(), rungs.end(), [&](const CausalRung& rung) {
    return rung.verdict.validity == Validity::unknown &&
           rung.verdict.reasons == rungs.front().verdict.reasons;
  });
}

void climb_causal(const History& history, const Value& initial, const CheckBudget& budget,
                  std::vector<Rung>& rungs) {
  std::vector<CausalRung> causal = climb_causal_ladder(history, initial, budget);
  if (is_one_refusal(causal)) {
    rungs.push_back({"causal", std::move(causal.front().verdict)});
    return;
  }
  for (CausalRung& rung : causal) {
    rungs.push_back({std::string(to_string(rung.level)), std::move(rung.verdict)});
  }
}

bool is_implied(const std::vector<Rung>& rungs, const std::string& promise) {
  return std::any_of(rungs.begin(), rungs.end(), [&](const Rung& rung) {
    return rung.verdict.validity == Validity::valid && promise_implies(rung.promise, promise);
  });
}

}  // namespace

const std::vector<std::string>& promise_names() {
  static const std::vector<std::string> names = all_names();
  return names;
}

bool promise_implies(std::string_view stronger, std::string_view weaker) {
  const auto& names = promise_names();
  if (std::find(names.begin(), names.end(), weaker) == names.end()) return false;
  if (stronger == weaker || stronger == "linearizable") return true;
  if (stronger == "regular") return weaker == "safe";
  const auto below = causal_level_from(weaker);
  if (stronger == "sequential") return below.has_value();
  const auto above = causal_level_from(stronger);
  return above && below && implies(*above, *below);
}

bool promise_fits(std::string_view promise, std::string_view model) {
  return promise == "linearizable" || promise == "sequential" || is_about_registers(model);
}

std::unique_ptr<Checker> make_promise_checker(std::string_view promise, std::string_view model,
                                              const Value& initial) {
  if (const auto consistency = consistency_from(promise)) {
    return make_consistency_checker(*consistency, model, initial);
  }
  if (const auto level = causal_level_from(promise)) return make_causal_checker(*level, initial);
  throw std::invalid_argument(fmt::format("no promise is called \"{}\"", promise));
}

std::vector<Rung> climb_ladder(const History& history, std::string_view model, const Value& initial,
                               const CheckBudget& budget) {
  std::vector<Rung> rungs;
  const auto climb = [&](Consistency consistency) {
    if (is_of_reads(consistency) && !is_about_registers(model)) return;
    const auto checker = make_consistency_checker(consistency, model, initial);
    Verdict verdict = guarded_check(*checker, history, budget);
    // Out of budget, though a stronger promise, by an easier procedure, was shown to hold.
    if (verdict.validity == Validity::unknown && is_implied(rungs, checker->name())) {
      verdict = {checker->name(), Validity::valid, "implied by a stronger promise", {}, {}, {}};
    }
    rungs.push_back({checker->name(), std::move(verdict)});
  };
  climb(Consistency::linearizable);
  climb(Consistency::sequential);
  if (is_about_registers(model)) climb_causal(history, initial, budget, rungs);
  climb(Consistency::regular);
  climb(Consistency::safe);
  return rungs;
}

std::vector<std::string> strongest_of(const std::vector<Rung>& rungs) {
  std::vector<std::string> strongest;
  for (const Rung& rung : rungs) {
    if (rung.verdict.validity != Validity::valid) continue;
    const bool is_contained =
        std::any_of(strongest.begin(), strongest.end(),
                    [&](const std::string& other) { return promise_implies(other, rung.promise); });
    if (!is_contained) strongest.push_back(rung.promise);
  }
  return strongest;
}

}  // namespace faultrig
