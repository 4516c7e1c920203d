#include "checkers/invariants/cart.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace faultrig {
namespace {

constexpr std::size_t most_reasons = 5;

// What happened to the set of one key.
struct Cart {
  std::map<Value, const Operation*> added;  // by element; also what failed
  std::int64_t last_deletion_ended = -1;    // `never` when one may still come
  std::vector<const Operation*> final_reads;
};

std::string element_of(const Value& key, const Value& element) {
  return key.is_nil() ? fmt::format("element {}", element.to_string())
                      : fmt::format("element {} of key {}", element.to_string(), key.to_string());
}

class Judge {
 public:
  explicit Judge(const History& history) {
    for (const Operation& operation : history.operations()) sort_in(operation);
  }

  Verdict verdict() {
    for (const auto& [key, cart] : carts_) {
      for (const Operation* read : cart.final_reads) judge(key, cart, *read);
    }
    Verdict verdict;
    verdict.checker = "cart";
    verdict.procedure = "sets";
    verdict.validity = missing_ + strange_ > 0 ? Validity::invalid : Validity::valid;
    if (verdict.validity == Validity::valid && reads_ == 0) {
      verdict.validity = Validity::unknown;
      reasons_.emplace_back("no final read succeeded, so nobody has looked");
    }
    verdict.reasons = std::move(reasons_);
    verdict.statistics = {{"sets", fmt::format("{}", carts_.size())},
                          {"final reads", fmt::format("{}", reads_)},
                          {"elements owed", fmt::format("{}", owed_)},
                          {"missing", fmt::format("{}", missing_)},
                          {"never added", fmt::format("{}", strange_)}};
    return verdict;
  }

 private:
  void sort_in(const Operation& operation) {
    Cart& cart = carts_[operation.key.value_or(Value())];
    if (operation.f == "add") cart.added.emplace(operation.input, &operation);
    if (operation.f == "delete" && operation.outcome != Outcome::fail) {
      cart.last_deletion_ended = std::max(cart.last_deletion_ended, operation.completed_at);
    }
    const bool is_final = operation.f == final_read && operation.outcome == Outcome::ok;
    if (is_final && operation.output.is_list()) cart.final_reads.push_back(&operation);
  }

  void judge(const Value& key, const Cart& cart, const Operation& read) {
    ++reads_;
    const Value::List& list = read.output.as_list();
    const std::set<Value> shown(list.begin(), list.end());
    for (const auto& [element, add] : cart.added) {
      const bool is_owed =
          add->outcome == Outcome::ok && cart.last_deletion_ended < add->invoked_at;
      if (!is_owed) continue;
      ++owed_;
      if (shown.contains(element)) continue;
      ++missing_;
      report(
          fmt::format("{} was acknowledged to process {} and is not in the final read of "
                      "process {}",
                      element_of(key, element), add->process, read.process));
    }
    for (const Value& element : shown) {
      const auto add = cart.added.find(element);
      if (add != cart.added.end() && add->second->outcome != Outcome::fail) continue;
      ++strange_;
      report(fmt::format("{} is in the final read of process {}, and {}", element_of(key, element),
                         read.process,
                         add == cart.added.end() ? "nobody has added it" : "its add had failed"));
    }
  }

  void report(std::string reason) {
    if (reasons_.size() < most_reasons) reasons_.push_back(std::move(reason));
  }

  std::map<Value, Cart> carts_;
  std::vector<std::string> reasons_;
  std::int64_t reads_ = 0;
  std::int64_t owed_ = 0;
  std::int64_t missing_ = 0;
  std::int64_t strange_ = 0;
};

}  // namespace

Verdict CartChecker::check(const History& history, const CheckBudget&) const {
  return Judge(history).verdict();
}

}  // namespace faultrig
