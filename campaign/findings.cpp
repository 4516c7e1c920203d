#include "campaign/findings.hpp"

#include "reports/anomaly.hpp"

namespace faultrig {
namespace {

std::string_view name_of(Shape shape) {
  switch (shape) {
    case Shape::phantom_value:
      return "phantom value";
    case Shape::failed_write:
      return "failed write took effect";
    case Shape::future_value:
      return "value from the future";
    case Shape::double_cas:
      return "one value replaced twice";
    case Shape::stale_read:
      return "stale read";
    case Shape::lost_write:
      return "lost write";
    case Shape::value_went_back:
      return "value went back";
    case Shape::lost_element:
      return "lost element";
    case Shape::came_back:
      return "removed element came back";
    case Shape::came_out_twice:
      return "one element came out twice";
    case Shape::said_empty:
      return "said empty, was not";
    case Shape::overtaken:
      return "overtaken in a queue";
    case Shape::wrong_order:
      return "elements in a wrong order";
    case Shape::unexplained:
      return "impossible order";
  }
  return "?";
}

std::string_view name_of(BrokenBank::Kind kind) {
  switch (kind) {
    case BrokenBank::Kind::not_balances:
      return "no balances";
    case BrokenBank::Kind::unknown_account:
      return "unknown account";
    case BrokenBank::Kind::wrong_total:
      return "wrong total";
    case BrokenBank::Kind::negative_balance:
      return "negative balance";
  }
  return "?";
}

}  // namespace

std::vector<std::string> findings_of(const SimulatedRun& run) {
  std::vector<std::string> findings;
  for (const BrokenInvariant& broken : run.record.broken_invariants) {
    findings.push_back(broken.property);
  }
  for (const Verdict& verdict : run.judgement.verdicts) {
    if (verdict.validity != Validity::invalid || verdict.checker == "invariants") continue;
    std::string name = verdict.checker;
    if (const auto* evidence = std::get_if<NotLinearizable>(&verdict.evidence)) {
      name += ": ";
      name += name_of(recognise(*evidence, run.history.operations()).shape);
    }
    if (const auto* evidence = std::get_if<BrokenBank>(&verdict.evidence)) {
      name += ": ";
      name += name_of(evidence->first.kind);
    }
    if (const auto* evidence = std::get_if<NotCausal>(&verdict.evidence)) {
      name += ": " + evidence->pattern;
    }
    // That nodes do not agree has one name, whether seen inside them or in final reads.
    const auto* broken = std::get_if<BrokenProperties>(&verdict.evidence);
    if (broken != nullptr && verdict.checker != "convergence") {
      name += ": " + broken->counts.front().first;
    }
    findings.push_back(std::move(name));
  }
  return findings;
}

}  // namespace faultrig
