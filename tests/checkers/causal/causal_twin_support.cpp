#include "tests/checkers/causal/causal_twin_support.hpp"

#include <algorithm>
#include <bitset>
#include <functional>
#include <optional>

namespace faultrig::testing {
namespace {

constexpr std::size_t most = 64;
using Relation = std::vector<std::bitset<most>>;

void close(Relation& relation) {
  for (std::size_t via = 0; via < relation.size(); ++via) {
    for (auto& row : relation) {
      if (row[via]) row |= relation[via];
    }
  }
}

bool is_cyclic(const Relation& relation) {
  for (std::size_t i = 0; i < relation.size(); ++i) {
    if (relation[i][i]) return true;
  }
  return false;
}

// The operations that count, in order of invocation, so each session is in its order.
struct Reduced {
  struct Step {
    bool is_write = false;
    Value key;
    ProcessId process = 0;
    std::optional<std::size_t> source;  // of a read; nothing: the initial value
    bool is_baseless = false;
  };
  std::vector<Step> steps;
  Relation po, co;

  explicit Reduced(const std::vector<Operation>& all) {
    std::vector<Operation> kept;
    for (const Operation& operation : all) {
      const bool is_read = operation.f == "read";
      if (operation.outcome == Outcome::fail || (is_read && operation.outcome != Outcome::ok))
        continue;
      const bool was_read = std::any_of(all.begin(), all.end(), [&](const Operation& read) {
        return read.f == "read" && read.outcome == Outcome::ok && read.key == operation.key &&
               read.output == operation.input;
      });
      if (operation.outcome == Outcome::ok || was_read) kept.push_back(operation);
    }
    for (const Operation& operation : kept) {
      Step step{
          operation.f == "write", operation.key.value_or(Value()), operation.process, {}, false};
      if (!step.is_write && !operation.output.is_nil()) {
        for (std::size_t i = 0; i < kept.size(); ++i) {
          if (kept[i].f == "write" && kept[i].key == operation.key &&
              kept[i].input == operation.output) {
            step.source = i;
          }
        }
        step.is_baseless = !step.source;
      }
      steps.push_back(step);
    }
    po.resize(steps.size());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      for (std::size_t j = i + 1; j < steps.size(); ++j)
        po[i][j] = steps[i].process == steps[j].process;
    }
    co = po;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (steps[i].source) co[*steps[i].source][i] = true;
    }
    close(co);
  }
  std::size_t size() const { return steps.size(); }
  bool has_baseless() const {
    return std::any_of(steps.begin(), steps.end(),
                       [](const Step& each) { return each.is_baseless; });
  }
  bool is_read(std::size_t i) const { return !steps[i].is_write && !steps[i].is_baseless; }
  bool writes_key_of(std::size_t write, std::size_t other) const {
    return steps[write].is_write && steps[write].key == steps[other].key;
  }
};

// For all reads that count: another write of the key that `before` has before the read goes before
// the source. False when there is one although the read returned the initial value.
template <typename Counts>
bool saturate(const Reduced& h, Relation& order, const Relation& before, Counts counts) {
  for (std::size_t r = 0; r < h.size(); ++r) {
    if (!h.is_read(r) || !counts(r)) continue;
    for (std::size_t w = 0; w < h.size(); ++w) {
      if (!h.writes_key_of(w, r) || !before[w][r] || h.steps[r].source == w) continue;
      if (!h.steps[r].source) return false;
      order[w][*h.steps[r].source] = true;
    }
  }
  return true;
}

// HB of a session, or the like from another order.
bool view_holds(const Reduced& h, ProcessId process, Relation order) {
  for (std::size_t round = 0; round < h.size() * h.size(); ++round) {
    close(order);
    const Relation before = order;
    const bool fine =
        saturate(h, order, before, [&](std::size_t r) { return h.steps[r].process == process; });
    if (!fine) return false;
    if (order == before) break;
  }
  return !is_cyclic(order);
}

bool views_hold(const Reduced& h, bool causal) {
  for (std::size_t last = 0; last < h.size(); ++last) {
    const ProcessId process = h.steps[last].process;
    Relation order = h.co;
    if (causal) {
      // The causal past of this operation and nothing else.
      for (std::size_t i = 0; i < h.size(); ++i) {
        for (std::size_t j = 0; j < h.size(); ++j) {
          const auto inside = [&](std::size_t k) { return k == last || h.co[k][last]; };
          if (!inside(i) || !inside(j)) order[i][j] = false;
        }
      }
    } else {
      order = h.po;
      for (std::size_t r = 0; r < h.size(); ++r) {
        if (h.steps[r].source && h.steps[r].process == process) order[*h.steps[r].source][r] = true;
      }
    }
    // Reads after `last` have nothing before them that counts, but for PRAM all reads count.
    Reduced view = h;
    for (std::size_t r = 0; causal && r < h.size(); ++r) {
      if (r != last && !h.co[r][last]) view.steps[r].is_baseless = true;
    }
    if (!view_holds(view, process, order)) return false;
  }
  return true;
}

bool causal_holds(const Reduced& h) {
  if (is_cyclic(h.co)) return false;
  for (std::size_t r = 0; r < h.size(); ++r) {
    for (std::size_t w = 0; h.is_read(r) && w < h.size(); ++w) {
      if (!h.writes_key_of(w, r) || !h.co[w][r]) continue;
      if (!h.steps[r].source || h.co[*h.steps[r].source][w]) return false;
    }
  }
  return true;
}

bool converges(const Reduced& h) {
  Relation order = h.co;
  if (!saturate(h, order, h.co, [](std::size_t) { return true; })) return false;
  close(order);
  return causal_holds(h) && !is_cyclic(order);
}

bool is_read_atomic(const Reduced& h) {
  Relation order = h.co;
  if (!saturate(h, order, h.po, [](std::size_t) { return true; })) return false;
  close(order);
  return !is_cyclic(order);
}

// ---- session guarantees, as their formulas read ----

bool observes(const Reduced& h, std::size_t operation, std::size_t write) {
  return operation == write || (h.is_read(operation) && h.steps[operation].source == write);
}

// What read r returned was seen by its process before `than`, and not again until r (a process may
// claim to read what it only writes later); or it is the initial value.
bool had_seen(const Reduced& h, std::size_t r, std::size_t than) {
  if (!h.steps[r].source) return true;
  bool before = false, again = false;
  for (std::size_t a = 0; a < h.size(); ++a) {
    if (!observes(h, a, *h.steps[r].source)) continue;
    before = before || h.po[a][than];
    again = again || (h.po[than][a] && h.po[a][r]);
  }
  return before && !again;
}

bool reads_your_writes(const Reduced& h, std::size_t r) {
  for (std::size_t w = 0; w < h.size(); ++w) {
    if (h.writes_key_of(w, r) && h.po[w][r] && h.steps[r].source != w && had_seen(h, r, w)) {
      return false;
    }
  }
  return true;
}

bool reads_monotonically(const Reduced& h, std::size_t r) {
  for (std::size_t earlier = 0; earlier < h.size(); ++earlier) {
    if (!h.is_read(earlier) || !h.po[earlier][r] || !h.steps[earlier].source) continue;
    const std::size_t w = *h.steps[earlier].source;
    if (!h.writes_key_of(w, r) || h.steps[r].source == w) continue;
    if (had_seen(h, r, earlier) || h.po[*h.steps[r].source][w]) return false;
  }
  return true;
}

// Writes of others that the process of r had read, and everything before them in their sessions.
bool others_writes_count(const Reduced& h, std::size_t r, bool their_reads) {
  const auto is_older = [&](std::size_t w) {
    return !h.steps[r].source || h.po[*h.steps[r].source][w];
  };
  for (std::size_t seen = 0; seen < h.size(); ++seen) {
    if (!h.is_read(seen) || !h.po[seen][r] || !h.steps[seen].source) continue;
    const std::size_t b = *h.steps[seen].source;
    if (h.steps[b].process == h.steps[r].process) continue;
    for (std::size_t a = 0; a < h.size(); ++a) {
      if (!h.po[a][b] && a != b) continue;
      if (!their_reads) {
        const bool is_before = a != b || h.steps[r].source;
        if (h.writes_key_of(a, r) && is_before && is_older(a)) return false;
        continue;
      }
      if (!h.is_read(a) || !h.steps[a].source || !(h.steps[a].key == h.steps[r].key)) continue;
      const std::size_t w = *h.steps[a].source;
      if (is_older(w)) return false;
      for (std::size_t c = 0; c < h.size(); ++c) {
        const bool overwrites =
            h.writes_key_of(c, r) && h.po[a][c] && (c == b || h.po[c][b]) && !h.po[a][w];
        if (overwrites && (h.steps[r].source == w || is_older(w))) return false;
      }
    }
  }
  return true;
}

bool guarantee_holds(const Reduced& h, CausalLevel level) {
  for (std::size_t r = 0; r < h.size(); ++r) {
    if (!h.is_read(r)) continue;
    const bool fine = level == CausalLevel::read_your_writes ? reads_your_writes(h, r)
                      : level == CausalLevel::monotonic_reads
                          ? reads_monotonically(h, r)
                          : others_writes_count(h, r, level == CausalLevel::writes_follow_reads);
    if (!fine) return false;
  }
  return true;
}

// ---- the definitions, one order at a time ----

// Whether an order of the operations `in`, keeping `order`, makes every read that `counts` return
// the last write of its key before it.
template <typename Counts>
bool has_serialization(const Reduced& h, std::bitset<most> in, const Relation& order,
                       Counts counts) {
  std::vector<std::size_t> placed;
  std::function<bool(std::bitset<most>)> search = [&](std::bitset<most> left) {
    if (left.none()) return true;
    for (std::size_t i = 0; i < h.size(); ++i) {
      if (!left[i]) continue;
      bool is_next = true;
      for (std::size_t j = 0; j < h.size(); ++j) is_next = is_next && !(left[j] && order[j][i]);
      if (is_next && h.is_read(i) && counts(i)) {
        std::optional<std::size_t> last;
        for (std::size_t p : placed) {
          if (h.writes_key_of(p, i)) last = p;
        }
        is_next = last == h.steps[i].source;
      }
      if (!is_next) continue;
      placed.push_back(i);
      if (search(std::bitset<most>(left).reset(i))) return true;
      placed.pop_back();
    }
    return false;
  };
  return search(in);
}

std::bitset<most> past_of(const Reduced& h, std::size_t o) {
  std::bitset<most> past;
  for (std::size_t i = 0; i < h.size(); ++i) past[i] = i == o || h.co[i][o];
  return past;
}

// Whether a total order of all operations that keeps `order` makes every read return the last write
// of its key among those that `sees` gives it.
bool has_arbitration(const Reduced& h, const Relation& order, const Relation& sees) {
  std::vector<std::size_t> placed;
  std::function<bool(std::bitset<most>)> search = [&](std::bitset<most> left) {
    if (left.none()) {
      for (std::size_t r = 0; r < h.size(); ++r) {
        if (!h.is_read(r)) continue;
        std::optional<std::size_t> last;
        for (std::size_t p : placed) {
          const bool is_source = h.steps[r].source == p;
          if (h.writes_key_of(p, r) && (sees[p][r] || is_source)) last = p;
        }
        if (last != h.steps[r].source) return false;
      }
      return true;
    }
    for (std::size_t i = 0; i < h.size(); ++i) {
      if (!left[i]) continue;
      bool is_next = true;
      for (std::size_t j = 0; j < h.size(); ++j) is_next = is_next && !(left[j] && order[j][i]);
      if (!is_next) continue;
      placed.push_back(i);
      if (search(std::bitset<most>(left).reset(i))) return true;
      placed.pop_back();
    }
    return false;
  };
  std::bitset<most> all;
  for (std::size_t i = 0; i < h.size(); ++i) all[i] = true;
  return search(all);
}

bool every_operation_is_explained(const Reduced& h, CausalLevel level) {
  for (std::size_t o = 0; o < h.size(); ++o) {
    const auto same = [&](std::size_t r) { return h.steps[r].process == h.steps[o].process; };
    bool fine = true;
    if (level == CausalLevel::causal) {
      fine = has_serialization(h, past_of(h, o), h.co, [&](std::size_t r) { return r == o; });
    } else if (level == CausalLevel::causal_memory) {
      fine = has_serialization(h, past_of(h, o), h.co, same);
    } else {
      std::bitset<most> in;
      for (std::size_t i = 0; i < h.size(); ++i) in[i] = h.steps[i].is_write || same(i);
      fine = has_serialization(h, in, h.po, same);
    }
    if (!fine) return false;
  }
  return true;
}

}  // namespace

bool holds_by_patterns(CausalLevel level, const std::vector<Operation>& operations) {
  const Reduced h(operations);
  if (level > CausalLevel::writes_follow_reads && h.has_baseless()) return false;
  switch (level) {
    case CausalLevel::read_your_writes:
    case CausalLevel::monotonic_reads:
    case CausalLevel::monotonic_writes:
    case CausalLevel::writes_follow_reads:
      return guarantee_holds(h, level);
    case CausalLevel::read_atomic:
      return is_read_atomic(h);
    case CausalLevel::pram:
      return views_hold(h, false);
    case CausalLevel::causal:
      return causal_holds(h);
    case CausalLevel::causal_convergence:
      return converges(h);
    case CausalLevel::causal_memory:
      return causal_holds(h) && views_hold(h, true);
  }
  return false;
}

bool holds_by_definition(CausalLevel level, const std::vector<Operation>& operations) {
  const Reduced h(operations);
  if (level <= CausalLevel::writes_follow_reads) return guarantee_holds(h, level);
  if (h.has_baseless()) return false;
  if (level != CausalLevel::pram && is_cyclic(h.co)) return false;
  if (level == CausalLevel::causal_convergence) return has_arbitration(h, h.co, h.co);
  if (level == CausalLevel::read_atomic) return has_arbitration(h, h.co, h.po);
  return every_operation_is_explained(h, level);
}

}  // namespace faultrig::testing
