#include "checkers/causal/causal_evidence.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig {
namespace {

NotCausal::Reason reason_of(LinkReason reason) {
  switch (reason) {
    case LinkReason::session_order:
      return NotCausal::Reason::session_order;
    case LinkReason::reads_from:
      return NotCausal::Reason::reads_from;
    case LinkReason::conflict_order:
      return NotCausal::Reason::conflict_order;
    case LinkReason::initial_value:
      return NotCausal::Reason::initial_value;
  }
  return NotCausal::Reason::session_order;
}

// Positions in the history of all operations the proof names, ascending: order of invocation.
std::vector<std::size_t> positions_of(const CausalHistory& history, const CausalProof& proof) {
  std::vector<std::size_t> positions;
  const auto add = [&](std::uint32_t number) { positions.push_back(history.position[number]); };
  for (const CausalLink& link : proof.links) {
    add(link.from);
    add(link.to);
    if (link.read != CausalHistory::none) add(link.read);
  }
  if (proof.baseless != nullptr) {
    add(proof.baseless->read);
    if (proof.baseless->failed_write) positions.push_back(*proof.baseless->failed_write);
  }
  std::sort(positions.begin(), positions.end());
  positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
  return positions;
}

std::string name_of(const Operation& operation) {
  return fmt::format("`{}` of process {} (event {})", describe(operation), operation.process,
                     operation.invoked_at);
}

// The operations of the circle in its order; of many the first few.
std::string cycle_words(const NotCausal& evidence) {
  constexpr std::size_t most_shown = 8;
  std::string text;
  for (std::size_t i = 0; i < evidence.cycle.size() && i < most_shown; ++i) {
    const NotCausal::Link& link = evidence.links[evidence.cycle[i]];
    text += (i == 0 ? "" : ", then ") + name_of(evidence.operations[link.from]);
  }
  if (evidence.cycle.size() > most_shown) {
    text += fmt::format(", then {} more", evidence.cycle.size() - most_shown);
  }
  text += ", then the first again";
  const NotCausal::Link& last = evidence.links[evidence.cycle.back()];
  if (!last.read) return text;
  return text + fmt::format(", since {} returned the older value",
                            name_of(evidence.operations[*last.read]));
}

}  // namespace

NotCausal evidence_of(const CausalHistory& history, const CausalProof& proof, CausalLevel promise,
                      const Value& initial) {
  NotCausal evidence;
  evidence.promise = to_string(promise);
  evidence.pattern = proof.pattern;
  evidence.initial = initial;
  const std::vector<std::size_t> positions = positions_of(history, proof);
  for (std::size_t position : positions) {
    evidence.operations.push_back(history.operations[position]);
  }
  const auto index_of = [&](std::uint32_t number) {
    const auto at = std::lower_bound(positions.begin(), positions.end(), history.position[number]);
    return static_cast<std::size_t>(at - positions.begin());
  };
  for (const CausalLink& link : proof.links) {
    NotCausal::Link shown{index_of(link.from), index_of(link.to), reason_of(link.reason), {}};
    if (link.read != CausalHistory::none) shown.read = index_of(link.read);
    shown.premise.assign(link.premise.begin(), link.premise.end());
    evidence.links.push_back(std::move(shown));
  }
  evidence.cycle.assign(proof.cycle.begin(), proof.cycle.end());
  return evidence;
}

std::string broken_words(CausalLevel promise, std::string_view pattern) {
  const std::string_view words = words_for(promise);
  const bool is_plural =
      promise == CausalLevel::monotonic_reads || promise == CausalLevel::monotonic_writes;
  return fmt::format("{} {} broken{}", words, is_plural ? "are" : "is",
                     pattern == words ? "" : fmt::format(" ({})", pattern));
}

std::string sentence_of(const NotCausal& evidence, CausalLevel promise) {
  const std::string broken = broken_words(promise, evidence.pattern) + ": ";
  // What other orders force is not what a client calls its past.
  const std::string_view past =
      evidence.pattern.find("HB") == std::string::npos ? "was in its past" : "must be before it";
  if (evidence.cycle.empty()) {
    const bool failed = evidence.operations.size() > 1;
    const auto read =
        std::find_if(evidence.operations.begin(), evidence.operations.end(),
                     [](const Operation& each) { return each.outcome == Outcome::ok; });
    return broken + name_of(*read) +
           (failed ? " returned what a failed write never wrote" : " returned what nobody wrote");
  }
  const NotCausal::Link& last = evidence.links[evidence.cycle.back()];
  const auto named = [&](std::size_t index) { return name_of(evidence.operations[index]); };
  if (last.reason == NotCausal::Reason::initial_value) {
    return broken + fmt::format("{} returned the initial value although {} {}", named(last.from),
                                named(last.to), past);
  }
  const bool is_direct =
      last.reason == NotCausal::Reason::conflict_order &&
      std::none_of(evidence.cycle.begin(), evidence.cycle.end() - 1, [&](std::size_t place) {
        return evidence.links[place].reason == NotCausal::Reason::conflict_order;
      });
  if (is_direct) {
    return broken + fmt::format("{} returned an older value than {}, which {}", named(*last.read),
                                named(last.from), past);
  }
  return broken +
         "these would have to come one before the other, in a circle: " + cycle_words(evidence);
}

}  // namespace faultrig
