#include "checkers/guarded_check.hpp"

#include <fmt/format.h>

#include <exception>
#include <new>

namespace faultrig {
namespace {

Verdict unknown_because(const std::string& checker, std::string reason) {
  Verdict verdict;
  verdict.checker = checker;
  verdict.validity = Validity::unknown;
  verdict.reasons.push_back(std::move(reason));
  return verdict;
}

}  // namespace

Verdict guarded_check(const Checker& checker, const History& history, const CheckBudget& budget) {
  std::string name = "unnamed checker";
  try {
    name = checker.name();
    Verdict verdict = checker.check(history, budget);
    if (verdict.checker.empty()) verdict.checker = name;
    if (verdict.validity != Validity::valid && verdict.reasons.empty()) {
      verdict.reasons.push_back(fmt::format("the {} checker gave no reason", name));
    }
    return verdict;
  } catch (const std::bad_alloc&) {
    return unknown_because(
        name, fmt::format("the {} checker ran out of memory on {} operations; a smaller memory "
                          "budget ends it in order",
                          name, history.operations().size()));
  } catch (const std::exception& error) {
    return unknown_because(name, fmt::format("the {} checker broke: {}", name, error.what()));
  } catch (...) {
    return unknown_because(name, fmt::format("the {} checker broke for no stated reason", name));
  }
}

}  // namespace faultrig
