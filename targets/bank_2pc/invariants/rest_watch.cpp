#include "targets/bank_2pc/invariants/rest_watch.hpp"

#include <fmt/format.h>

namespace faultrig::bank_2pc {
namespace {

// Many questions fit into it, and it fits into the rest at the end of a run (simulated.cpp).
constexpr std::chrono::seconds long_enough(1);

}  // namespace

void RestWatch::on_commit(const Step& step, const TxId& tx) {
  for (const auto& [account, balance] : step.node.ledger().balances()) {
    if (balance >= 0) continue;
    findings_.report("no-overdraft", fmt::format("account {} on {} holds {} after {}", account,
                                                 step.node.name(), balance, to_text(tx)));
  }
}

// A copy of an old message that comes in late may prepare something just now; it ends soon.
void RestWatch::check_ends(const BankNode& node) {
  for (const auto& [tx, prepare] : node.ledger().prepared()) {
    if (node.in_doubt_for(tx) < long_enough) continue;
    findings_.report(
        "ends-after-heal",
        fmt::format("{} is still in doubt about {}, {} ms after everything was healed", node.name(),
                    to_text(tx), std::chrono::milliseconds(long_enough).count()));
  }
  for (const TxId& tx : node.locks().holders()) {
    if (node.ledger().prepared().contains(tx) || node.has_grant(tx)) continue;
    findings_.report("ends-after-heal",
                     fmt::format("{} holds locks for {}, which is over", node.name(), to_text(tx)));
  }
}

void RestWatch::at_rest(const std::vector<const BankNode*>& nodes, bool total_may_change) {
  std::uint64_t sum = 0;
  for (const BankNode* node : nodes) {
    for (const auto& [account, balance] : node->ledger().balances()) {
      sum += static_cast<std::uint64_t>(balance);
    }
    check_ends(*node);
  }
  if (total_may_change || sum == static_cast<std::uint64_t>(total_)) return;
  findings_.report("conservation",
                   fmt::format("the accounts hold {} in all, and {} at the start",
                               static_cast<std::int64_t>(sum), total_),
                   {sum > static_cast<std::uint64_t>(total_) ? "there is more" : "there is less"});
}

}  // namespace faultrig::bank_2pc
