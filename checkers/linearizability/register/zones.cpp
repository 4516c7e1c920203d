#include "checkers/linearizability/register/zones.hpp"

#include <algorithm>
#include <limits>

#include "checkers/linearizability/register/unknown_writes.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t nobody = std::numeric_limits<std::uint32_t>::max();
constexpr std::int64_t always = std::numeric_limits<std::int64_t>::min();

// The cluster of one value.
struct Cluster {
  std::uint32_t writer = nobody;
  std::uint32_t next_cas = nobody;  // that found this value
  std::vector<std::uint32_t> looks;
  bool is_in_chain = false;
};

// A run of clusters that cas connect, as one block.
struct Chain {
  std::vector<std::uint32_t> order;       // of its operations
  std::int64_t first = Operation::never;  // completion
  std::int64_t last = always;             // invocation
  std::uint32_t first_number = nobody;
  std::uint32_t last_number = nobody;
  std::int64_t begin() const { return std::min(first, last); }
};

class Zones {
 public:
  Zones(std::span<const RegisterOperation> operations, ModelState initial)
      : operations_(operations), initial_(initial) {}

  std::optional<ZonesVerdict> decide() {
    if (!make_clusters()) return std::nullopt;
    if (!is_contradiction() && !make_chains()) return verdict();
    if (!is_contradiction()) find_conflict();
    return verdict();
  }

 private:
  bool is_contradiction() const { return !contradiction_.empty(); }
  const RegisterOperation& at(std::uint32_t number) const { return operations_[number]; }
  Cluster& cluster(ModelState value) { return clusters_[value]; }

  // False when the procedure does not apply.
  bool make_clusters() {
    const std::vector<bool> matters = which_matter(operations_);
    ModelState states = initial_ + 1;
    for (const RegisterOperation& operation : operations_) {
      if (operation.kind == RegisterOperation::Kind::mismatch) return false;
      states = std::max(states, std::max(operation.expected, operation.desired) + 1);
    }
    clusters_.resize(states);
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (!matters[i] || !at(i).is_mutation()) continue;
      Cluster& written = cluster(at(i).desired);
      if (written.writer != nobody || at(i).desired == initial_) return false;
      written.writer = i;
    }
    for (std::uint32_t i = 0; i < operations_.size() && !is_contradiction(); ++i) {
      if (matters[i]) note_look(i);
    }
    return true;
  }

  // Everything seen was written by one, and changed by a cas once at most.
  void note_look(std::uint32_t number) {
    const RegisterOperation& operation = at(number);
    if (operation.kind == RegisterOperation::Kind::write) return;
    Cluster& seen = cluster(operation.expected);
    if (seen.writer == nobody && operation.expected != initial_) return accuse({number});
    if (operation.is_look()) {
      seen.looks.push_back(number);
    } else if (seen.next_cas != nobody) {
      accuse({seen.next_cas, number});
    } else {
      seen.next_cas = number;
    }
  }

  // False when there is a contradiction.
  bool make_chains() {
    chains_.emplace_back();
    chains_.back().first = chains_.back().last = always;
    if (!extend_chain(initial_)) return false;
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      if (at(i).kind != RegisterOperation::Kind::write) continue;
      if (cluster(at(i).desired).writer != i) continue;  // unknown, and seen by nobody
      chains_.emplace_back();
      append(i);
      if (!extend_chain(at(i).desired)) return false;
    }
    // A ring of cas has no beginning.
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      const bool is_linked = at(i).is_cas() && cluster(at(i).desired).writer == i;
      if (!is_linked || cluster(at(i).desired).is_in_chain) continue;
      accuse(ring_of(i));
      return false;
    }
    return true;
  }

  // The cluster of `value` and all that cas hang on to it. In this order, nothing may have been
  // invoked after something later had completed.
  bool extend_chain(ModelState value) {
    std::uint32_t latest = nobody;  // of the groups before
    const auto fits = [&](std::uint32_t number) {
      if (latest == nobody || at(number).completed_at > at(latest).invoked_at) return true;
      accuse({latest, number});
      return false;
    };
    const auto pass = [&](std::uint32_t number) {
      if (latest == nobody || at(number).invoked_at > at(latest).invoked_at) latest = number;
    };
    if (cluster(value).writer != nobody) pass(cluster(value).writer);
    while (true) {
      Cluster& here = cluster(value);
      here.is_in_chain = true;
      for (std::uint32_t look : here.looks) {
        if (!fits(look)) return false;
        append(look);
      }
      for (std::uint32_t look : here.looks) pass(look);
      if (here.next_cas == nobody) return true;
      if (!fits(here.next_cas)) return false;
      append(here.next_cas);
      pass(here.next_cas);
      value = at(here.next_cas).desired;
    }
  }

  void append(std::uint32_t number) {
    Chain& chain = chains_.back();
    chain.order.push_back(number);
    if (at(number).completed_at < chain.first) {
      chain.first = at(number).completed_at;
      chain.first_number = number;
    }
    if (at(number).invoked_at > chain.last) {
      chain.last = at(number).invoked_at;
      chain.last_number = number;
    }
  }

  std::vector<std::uint32_t> ring_of(std::uint32_t number) {
    std::vector<std::uint32_t> ring;
    for (std::uint32_t i = number; ring.empty() || i != number;
         i = cluster(at(i).expected).writer) {
      ring.push_back(i);
    }
    return ring;
  }

  // Puts the chains in order, and looks for two that must precede each other. One of them is then
  // "forward" (its first completion lies before its last invocation), and forward ones that do not
  // overlap have one order, so a neighbour is all that has to be compared with.
  void find_conflict() {
    std::sort(chains_.begin(), chains_.end(),
              [](const Chain& a, const Chain& b) { return a.begin() < b.begin(); });
    const Chain* forward = nullptr;  // the last so far, which reaches furthest
    for (const Chain& chain : chains_) {
      if (forward != nullptr && forward->first < chain.last && chain.first < forward->last) {
        return accuse(
            {forward->first_number, forward->last_number, chain.first_number, chain.last_number});
      }
      if (chain.first <= chain.last && (forward == nullptr || chain.last > forward->last)) {
        forward = &chain;
      }
    }
  }

  // With whatever wrote what they saw, and, for what may never have happened, who saw it happen.
  void accuse(std::vector<std::uint32_t> numbers) {
    std::vector<bool> is_taken(operations_.size(), false);
    while (!numbers.empty()) {
      const std::uint32_t number = numbers.back();
      numbers.pop_back();
      if (number == nobody || is_taken[number]) continue;
      is_taken[number] = true;
      contradiction_.push_back(number);
      if (!at(number).is_certain()) numbers.push_back(observer_of(at(number).desired));
      if (at(number).kind == RegisterOperation::Kind::write) continue;
      numbers.push_back(cluster(at(number).expected).writer);
    }
    std::sort(contradiction_.begin(), contradiction_.end());
  }

  // Somebody who surely saw it, if there is one.
  std::uint32_t observer_of(ModelState value) const {
    std::uint32_t observer = nobody;
    for (std::uint32_t i = 0; i < operations_.size(); ++i) {
      const bool sees = at(i).kind != RegisterOperation::Kind::write && at(i).expected == value;
      if (!sees || (observer != nobody && !at(i).is_certain())) continue;
      observer = i;
      if (at(i).is_certain()) break;
    }
    return observer;
  }

  ZonesVerdict verdict() {
    ZonesVerdict verdict;
    verdict.result.steps = operations_.size();
    verdict.result.bytes = operations_.size() * 2 * sizeof(std::uint32_t) +
                           clusters_.capacity() * sizeof(Cluster) +
                           chains_.capacity() * sizeof(Chain);
    if (is_contradiction()) {
      verdict.result.end = SearchEnd::impossible;
      verdict.result.stuck_at = always;
      for (std::uint32_t number : contradiction_) {
        if (!at(number).is_certain()) continue;
        verdict.result.stuck_at = std::max(verdict.result.stuck_at, at(number).completed_at);
      }
      verdict.contradiction = contradiction_;
      return verdict;
    }
    verdict.result.end = SearchEnd::linearizable;
    for (const Chain& chain : chains_) {
      verdict.result.order.insert(verdict.result.order.end(), chain.order.begin(),
                                  chain.order.end());
    }
    return verdict;
  }

  std::span<const RegisterOperation> operations_;
  ModelState initial_;
  std::vector<Cluster> clusters_;  // by value
  std::vector<Chain> chains_;
  std::vector<std::uint32_t> contradiction_;
};

}  // namespace

std::optional<ZonesVerdict> order_by_zones(std::span<const RegisterOperation> operations,
                                           ModelState initial) {
  return Zones(operations, initial).decide();
}

}  // namespace faultrig
