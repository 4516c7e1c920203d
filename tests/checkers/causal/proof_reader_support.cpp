// Evidence about causality, checked link by link.
#include "tests/checkers/causal/causal_twin_support.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig::testing {
namespace {

class ProofReader {
 public:
  explicit ProofReader(const NotCausal& evidence) : e_(evidence) {}

  std::string flaw() const {
    if (e_.cycle.empty()) return "";
    if (std::string text =
            chain_flaw(e_.cycle, e_.links[e_.cycle[0]].from, e_.links[e_.cycle[0]].from);
        !text.empty()) {
      return "cycle: " + text;
    }
    for (std::size_t i = 0; i < e_.links.size(); ++i) {
      if (std::string text = link_flaw(e_.links[i]); !text.empty()) {
        return fmt::format("link {}: {}", i, text);
      }
      std::vector<std::size_t> open = {i};
      if (rests_on_itself(open)) return fmt::format("link {} rests on itself", i);
    }
    return "";
  }

 private:
  const Operation& at(std::size_t index) const { return e_.operations[index]; }

  std::string chain_flaw(const std::vector<std::size_t>& chain, std::size_t from,
                         std::size_t to) const {
    std::size_t place = from;
    for (std::size_t link : chain) {
      if (e_.links[link].from != place) return "does not connect";
      place = e_.links[link].to;
    }
    return place == to && !chain.empty() ? "" : "does not arrive";
  }
  std::string link_flaw(const NotCausal::Link& link) const {
    const Operation &from = at(link.from), &to = at(link.to);
    switch (link.reason) {
      case NotCausal::Reason::session_order:
        return from.process == to.process && from.invoked_at < to.invoked_at ? ""
                                                                             : "no session order";
      case NotCausal::Reason::reads_from:
        return returned(to, from) ? "" : "did not return it";
      case NotCausal::Reason::initial_value:
        return from.f == "read" && from.output.is_nil() && to.f == "write" && from.key == to.key
                   ? ""
                   : "did not return the initial value";
      case NotCausal::Reason::conflict_order:
        break;
    }
    if (from.f != "write" || from.key != to.key || !returned(at(*link.read), to)) {
      return "no conflict order";
    }
    return chain_flaw(link.premise, link.from, *link.read);
  }
  static bool returned(const Operation& read, const Operation& write) {
    return read.f == "read" && read.outcome == Outcome::ok && write.f == "write" &&
           write.outcome != Outcome::fail && read.key == write.key && read.output == write.input;
  }
  bool rests_on_itself(std::vector<std::size_t>& open) const {
    for (std::size_t premise : e_.links[open.back()].premise) {
      if (std::find(open.begin(), open.end(), premise) != open.end()) return true;
      open.push_back(premise);
      if (rests_on_itself(open)) return true;
      open.pop_back();
    }
    return false;
  }

  const NotCausal& e_;
};

}  // namespace

std::string flaw_of(const NotCausal& evidence, std::span<const Operation> operations) {
  for (const Operation& operation : evidence.operations) {
    if (std::find(operations.begin(), operations.end(), operation) == operations.end()) {
      return "names an operation that never was";
    }
  }
  return ProofReader(evidence).flaw();
}

}  // namespace faultrig::testing
