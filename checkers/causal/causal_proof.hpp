// Why an order cannot be, in numbers: links that must hold, some of which form a cycle, and the
// search for the shortest such. causal_evidence turns a proof into operations and words.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <tuple>
#include <vector>

#include "checkers/causal/causal_history.hpp"

namespace faultrig {

// `from` is before `to`, two writes of a key: `read` returned `to` although `from` was in its past.
struct ConflictEdge {
  std::uint32_t from;
  std::uint32_t to;
  std::uint32_t read;
};

enum class LinkReason {
  session_order,   // one process, one after the other
  reads_from,      // `to` returned what `from` wrote
  conflict_order,  // as a ConflictEdge
  initial_value,   // `from` read the initial value of what `to` wrote, so it is before it
};

struct CausalLink {
  std::uint32_t from;
  std::uint32_t to;
  LinkReason reason;
  std::uint32_t read = CausalHistory::none;  // of a conflict order
  // Of a conflict order: the links that lead from `from` to `read`; of an initial value, none.
  std::vector<std::uint32_t> premise = {};
};

struct CausalProof {
  // The name in Bouajjani et al., or of the guarantee; empty: nothing is proven. A literal.
  std::string_view pattern = {};
  std::vector<CausalLink> links;
  // Where a link stands: by its ends, its reason and its read.
  std::map<std::tuple<std::uint32_t, std::uint32_t, LinkReason, std::uint32_t>, std::uint32_t>
      place_of;
  std::vector<std::uint32_t> cycle;        // in `links`, in the order of the cycle
  const BaselessRead* baseless = nullptr;  // a proof of its own; into the history
  bool found() const { return !pattern.empty(); }
};

// Breadth-first search over session order (one step, however far), reads-from, and conflict edges.
class PathSearch {
 public:
  explicit PathSearch(const CausalHistory& history);
  // They must outlive the searches.
  void set_edges(std::span<const ConflictEdge> edges);

  struct Limits {
    // Only these operations of a session; empty: all.
    std::span<const std::uint32_t> begin = {};
    std::span<const std::uint32_t> end = {};
    std::uint32_t only_reader = CausalHistory::none;  // reads-from of this session alone counts
    // Conflict edges count only when their read is at least this number; `none`: no edge counts.
    std::uint32_t edges_since = CausalHistory::none;
  };
  // The fewest links from `from` to `to`; empty when there is no way. From an operation to itself:
  // a shortest cycle.
  std::vector<CausalLink> find(std::uint32_t from, std::uint32_t to, const Limits& limits);
  std::uint64_t steps() const { return steps_; }

 private:
  struct Came {
    std::uint32_t search = 0;  // the number of the search that set this
    std::uint32_t from = 0;
    LinkReason reason = LinkReason::session_order;
    std::uint32_t read = 0;
  };
  void expand(std::uint32_t operation, const Limits& limits);
  void reach(std::uint32_t operation, std::uint32_t from, LinkReason reason, std::uint32_t read,
             const Limits& limits);
  bool is_inside(std::uint32_t operation, const Limits& limits) const;

  const CausalHistory& history_;
  std::vector<std::uint32_t> readers_begin_;  // of an operation, in readers_
  std::vector<std::uint32_t> readers_;
  std::span<const ConflictEdge> edges_;
  std::vector<std::uint32_t> edges_begin_;  // of an operation, in edges_from_
  std::vector<std::uint32_t> edges_from_;
  std::vector<Came> came_;
  std::vector<std::uint32_t> reached_from_;  // of a session: the first that is reached
  std::vector<std::uint32_t> queue_;
  std::uint32_t search_ = 0;
  std::uint64_t steps_ = 0;
};

// Adds the links (each once) and returns their places.
std::vector<std::uint32_t> add_links(CausalProof& proof, std::vector<CausalLink> links);
// Finds the premise of every conflict order in the proof that has none yet, and of those in the
// premises, and so on. `limits_for(read)` says which paths count.
template <typename LimitsFor>
void add_premises(CausalProof& proof, PathSearch& search, LimitsFor limits_for) {
  for (std::size_t i = 0; i < proof.links.size(); ++i) {
    if (proof.links[i].reason != LinkReason::conflict_order) continue;
    if (!proof.links[i].premise.empty()) continue;
    const std::uint32_t from = proof.links[i].from, read = proof.links[i].read;
    auto premise = add_links(proof, search.find(from, read, limits_for(read)));
    proof.links[i].premise = std::move(premise);
  }
}

// How many different operations a proof names: the fewer, the better the story.
std::size_t operations_named(const CausalProof& proof);

}  // namespace faultrig
