#include "targets/bank_2pc/invariants.hpp"

#include <algorithm>

namespace faultrig::bank_2pc {

Invariants::Invariants(const BankConfig& config)
    : decisions_(findings_, transactions_),
      promises_(findings_, transactions_),
      clients_(findings_, config.total),
      rest_(findings_, config.total) {}

void Invariants::after_step(std::size_t stepped, std::span<const Node* const> nodes) {
  const auto* node = static_cast<const BankNode*>(nodes[stepped]);
  if (node == nullptr) return;
  const Step step{*node, stepped, node->steps() == 1};
  if (step.is_start) promises_.on_start(step);
  for (const Deed& deed : node->deeds()) {
    if (deed.kind == Deed::Kind::decided_commit) {
      clients_.on_commit(deed, transactions_.of(deed.tx).request);
    }
    decisions_.on_deed(step, deed);
    if (deed.kind == Deed::Kind::voted_yes) promises_.on_vote(step, deed.tx);
    if (deed.kind == Deed::Kind::committed) rest_.on_commit(step, deed.tx);
  }
}

void Invariants::at_rest(std::span<const Node* const> nodes) {
  if (std::find(nodes.begin(), nodes.end(), nullptr) != nodes.end()) return;
  std::vector<const BankNode*> banks;
  for (const Node* node : nodes) banks.push_back(static_cast<const BankNode*>(node));
  rest_.at_rest(banks, clients_.total_may_change());
}

}  // namespace faultrig::bank_2pc
