#include "reports/bank_story.hpp"

#include <fmt/format.h>

#include "reports/words.hpp"

namespace faultrig {
namespace {

constexpr std::size_t shown_accounts = 40;

std::string title_of(const BrokenBank::BadRead& read) {
  switch (read.kind) {
    case BrokenBank::Kind::not_balances:
      return "A read without balances";
    case BrokenBank::Kind::unknown_account:
      return fmt::format("An account that there is not: {}", read.account);
    case BrokenBank::Kind::wrong_total:
      return fmt::format("A wrong total: {} in all, {}", read.amount, read.difference);
    case BrokenBank::Kind::negative_balance:
      return fmt::format("A negative balance: account {} holds {}", read.account, read.amount);
  }
  return "?";
}

// "0: 12, 1: 13 ...", which can be broken into lines.
std::string balances_words(const Value& balances) {
  if (!balances.is_map()) return balances.to_string();
  std::string text;
  std::size_t shown = 0;
  for (const auto& [account, balance] : balances.as_map()) {
    if (shown++ == shown_accounts) {
      return text + fmt::format(" ... of {} accounts", balances.as_map().size());
    }
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", account, balance.to_string());
  }
  return text.empty() ? "no account at all" : text;
}

std::string told(const char* which, const BrokenBank::BadRead& bad) {
  const Operation& read = bad.read;
  const std::string node = read.node.empty() ? "" : " " + read.node;
  return wrapped(fmt::format("{}: process {} asked{} at {} and was told at {} that {}.", which,
                             read.process, node, seconds(read.invoke_time), seconds(ended_at(read)),
                             bad_read_words(bad)),
                 "  ") +
         wrapped(balances_words(read.output), "    ");
}

}  // namespace

std::string bad_read_words(const BrokenBank::BadRead& read) {
  switch (read.kind) {
    case BrokenBank::Kind::not_balances:
      return "what came back is no map of whole numbers";
    case BrokenBank::Kind::unknown_account:
      return fmt::format("account {}, which there is not, holds {}", read.account, read.amount);
    case BrokenBank::Kind::wrong_total:
      return fmt::format("the accounts hold {} in all, {}", read.amount, read.difference);
    case BrokenBank::Kind::negative_balance:
      return fmt::format("account {} holds {}", read.account, read.amount);
  }
  return "?";
}

std::string bank_headline(const BrokenBank& evidence) {
  const std::string& node = evidence.first.read.node;
  return title_of(evidence.first) + (node.empty() ? "" : ", as told by " + node);
}

std::string bank_story(const BrokenBank& evidence) {
  std::string text = bank_headline(evidence) + "\n\n";
  text += wrapped(fmt::format("Transfers only move money: whoever reads all accounts must find {} "
                              "in all, and no account below what the bank allows. {} of {} did "
                              "not.",
                              evidence.total, evidence.bad,
                              counted(static_cast<std::uint64_t>(evidence.reads), "read")),
                  "  ");
  text += "\n" + told("First", evidence.first);
  if (evidence.bad == 1) return text;
  const auto is = [](const BrokenBank::BadRead& a, const BrokenBank::BadRead& b) {
    return a.read.invoked_at == b.read.invoked_at;
  };
  if (!is(evidence.worst, evidence.first)) text += "\n" + told("Worst", evidence.worst);
  if (!is(evidence.last, evidence.first) && !is(evidence.last, evidence.worst)) {
    text += "\n" + told("Last", evidence.last);
  }
  return text;
}

}  // namespace faultrig
