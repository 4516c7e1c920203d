#include "checkers/invariants/bank.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace faultrig {
namespace {

// A sum of 64-bit numbers, as many as memory holds, fits.
__extension__ using Wide = __int128;

std::string text_of(Wide number) {
  if (number == 0) return "0";
  const bool is_negative = number < 0;
  std::string digits;
  for (; number != 0; number /= 10) {
    const int digit = static_cast<int>(number % 10);
    digits += static_cast<char>('0' + (is_negative ? -digit : digit));
  }
  if (is_negative) digits += '-';
  std::reverse(digits.begin(), digits.end());
  return digits;
}

// What is wrong with one read; how far it is off orders them.
struct Problem {
  BrokenBank::Kind kind = BrokenBank::Kind::wrong_total;
  std::string_view account;
  Wide amount = 0;
  Wide off = 0;
};

// Of several problems of a read the gravest kind, and of that the first account.
class Judge {
 public:
  explicit Judge(const BankRules& rules) : rules_(rules) {}

  std::optional<Problem> problem_of(const Value& balances) const {
    if (!balances.is_map()) return Problem{BrokenBank::Kind::not_balances, {}, 0, most};
    Wide sum = 0;
    std::optional<Problem> negative;
    auto known = rules_.accounts.begin();
    for (const auto& [account, balance] : balances.as_map()) {
      if (!balance.is_integer()) return Problem{BrokenBank::Kind::not_balances, account, 0, most};
      const Wide amount = balance.as_integer();
      // Both are in order, so each known account is passed once.
      while (known != rules_.accounts.end() && *known < account) ++known;
      const bool is_known = known != rules_.accounts.end() && *known == account;
      if (!rules_.accounts.empty() && !is_known) {
        return Problem{BrokenBank::Kind::unknown_account, account, amount, most};
      }
      if (amount < 0 && !rules_.may_overdraw && !negative) {
        negative = Problem{BrokenBank::Kind::negative_balance, account, amount, -amount};
      }
      sum += amount;
    }
    if (sum == rules_.total) return negative;
    const Wide difference = sum - rules_.total;
    return Problem{
        BrokenBank::Kind::wrong_total, {}, sum, difference < 0 ? -difference : difference};
  }

  BrokenBank::BadRead bad_read(const Operation& read, const Problem& problem) const {
    BrokenBank::BadRead bad{read, problem.kind, std::string(problem.account),
                            text_of(problem.amount), ""};
    if (problem.kind == BrokenBank::Kind::wrong_total) {
      bad.difference =
          text_of(problem.off) + (problem.amount < rules_.total ? " too little" : " too much");
    }
    return bad;
  }

 private:
  // What cannot be measured is further off than any number.
  static constexpr Wide most = static_cast<Wide>(INT64_MAX) << 60;
  const BankRules& rules_;
};

bool moves_the_total(const Operation& operation) {
  return operation.outcome != Outcome::fail &&
         (operation.f == "deposit" || operation.f == "withdraw");
}

struct Survey {
  struct Found {
    const Operation* read = nullptr;
    Problem problem;
  };
  std::int64_t reads = 0;
  std::int64_t bad = 0;
  bool is_constant = true;
  Found first, worst, last;  // where some are bad
};

Survey surveyed(const History& history, const Judge& judge) {
  Survey survey;
  for (const Operation& operation : history.operations()) {
    survey.is_constant = survey.is_constant && !moves_the_total(operation);
    if (operation.f != "read" || operation.outcome != Outcome::ok) continue;
    ++survey.reads;
    const std::optional<Problem> problem = judge.problem_of(operation.output);
    if (!problem) continue;
    survey.last = {&operation, *problem};
    if (++survey.bad == 1) survey.first = survey.worst = survey.last;
    if (survey.worst.problem.off < problem->off) survey.worst = survey.last;
  }
  return survey;
}

Verdict not_judged(Verdict verdict, std::string why) {
  verdict.validity = Validity::unknown;
  verdict.reasons = {std::move(why)};
  return verdict;
}

}  // namespace

BankChecker::BankChecker(BankRules rules) : rules_(std::move(rules)) {
  std::sort(rules_.accounts.begin(), rules_.accounts.end());
}

Verdict BankChecker::check(const History& history, const CheckBudget&) const {
  const Survey survey = surveyed(history, Judge(rules_));
  Verdict verdict;
  verdict.checker = name();
  verdict.procedure = "every read of all balances";
  verdict.statistics = {{"reads", std::to_string(survey.reads)},
                        {"bad reads", std::to_string(survey.bad)}};
  if (!survey.is_constant) {
    return not_judged(std::move(verdict), "money came in or went out, so the total is no constant");
  }
  if (survey.reads == 0) {
    return not_judged(std::move(verdict), "no read succeeded, so no total was seen");
  }
  verdict.validity = survey.bad > 0 ? Validity::invalid : Validity::valid;
  if (survey.bad == 0) return verdict;
  verdict.reasons = {
      fmt::format("{} of {} reads show balances that cannot be", survey.bad, survey.reads)};
  const Judge judge(rules_);
  verdict.evidence = BrokenBank{rules_.total,
                                survey.reads,
                                survey.bad,
                                judge.bad_read(*survey.first.read, survey.first.problem),
                                judge.bad_read(*survey.worst.read, survey.worst.problem),
                                judge.bad_read(*survey.last.read, survey.last.problem)};
  return verdict;
}

}  // namespace faultrig
