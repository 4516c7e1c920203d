// The smallest contradiction in a list or a set that is read whole: few elements, few reads.
//
// Elements of a list or a set do not touch each other. Leave out every operation about an element,
// and the element from what every read returned: a linearizable history stays linearizable, since
// each state of its linearization, without the element, is the state of what is left. So a
// projection to some elements that has no order convicts the whole history, and is far easier to
// look at than reads of a thousand elements.
//
// Delta debugging (core.hpp) over the elements first, then over what changes nothing. Cost: O(n)
// for each try, of which there are O(log n) where few elements matter.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

#include "checkers/linearizability/decision.hpp"
#include "checkers/linearizability/interval.hpp"
#include "checkers/models/list.hpp"
#include "checkers/models/set.hpp"

namespace faultrig {

template <Model M>
inline constexpr bool is_read_whole = std::is_same_v<M, ListModel> || std::is_same_v<M, SetModel>;

struct ElementCore {
  std::vector<Operation> operations;  // in order of invocation; reads show the elements kept
  Value initial;                      // the same of the beginning
  std::set<Value> elements;
  bool is_projected = false;  // some element was left out of something
  bool is_minimal = true;     // false when the budget ended first
};

// A list or nil without what is not in `kept`.
inline Value projected(const Value& items, const std::set<Value>& kept) {
  if (!items.is_list()) return items;
  Value::List left;
  for (const Value& item : items.as_list()) {
    if (kept.contains(item)) left.push_back(item);
  }
  return Value(std::move(left));
}

template <Model M>
requires is_read_whole<M>
class ElementCoreShrinker {
 public:
  ElementCoreShrinker(std::vector<Operation> operations, Value initial, SearchLimits limits)
      : operations_(std::move(operations)), initial_(std::move(initial)), limits_(limits) {}

  // Requires operations that have no order; failed ones are left out.
  ElementCore shrink() {
    std::set<Value> all;
    const auto note = [&](const Value& items) {
      if (items.is_list()) all.insert(items.as_list().begin(), items.as_list().end());
    };
    note(initial_);
    for (const Operation& operation : operations_) {
      if (operation.f == "read") {
        note(operation.output);
      } else {
        all.insert(operation.input);
      }
    }
    std::vector<Value> elements(all.begin(), all.end());
    minimize(elements, [&](const std::vector<Value>& kept) {
      return fails(project(operations_, {kept.begin(), kept.end()}), {kept.begin(), kept.end()});
    });
    ElementCore core;
    core.elements = {elements.begin(), elements.end()};
    core.is_projected = elements.size() < all.size();
    core.initial = projected(initial_, core.elements);
    core.operations = project(operations_, core.elements);
    drop_looks(core);
    core.is_minimal = is_minimal_;
    return core;
  }

 private:
  // From coarse to single items, until no single one can be left out.
  template <typename Item, typename Test>
  static void minimize(std::vector<Item>& items, Test still_fails) {
    for (bool changed = true; changed;) {
      changed = false;
      for (std::size_t chunk = (items.size() + 1) / 2; chunk > 0; chunk /= 2) {
        for (std::size_t at = 0; at < items.size();) {
          std::vector<Item> rest = items;
          const auto begin = rest.begin() + static_cast<std::ptrdiff_t>(at);
          rest.erase(begin,
                     begin + static_cast<std::ptrdiff_t>(std::min(chunk, items.size() - at)));
          if (still_fails(rest)) {
            items = std::move(rest);
            changed = true;
          } else {
            at += chunk;
          }
        }
      }
    }
  }

  static std::vector<Operation> project(const std::vector<Operation>& operations,
                                        const std::set<Value>& kept) {
    std::vector<Operation> left;
    for (const Operation& operation : operations) {
      if (operation.f != "read" && !kept.contains(operation.input)) continue;
      left.push_back(operation);
      if (operation.f == "read") left.back().output = projected(operation.output, kept);
    }
    return left;
  }

  void drop_looks(ElementCore& core) {
    std::vector<std::size_t> looks;
    for (std::size_t i = 0; i < core.operations.size(); ++i) {
      if (core.operations[i].f == "read" || core.operations[i].f == "contains") looks.push_back(i);
    }
    const auto with = [&, all = core.operations](const std::vector<std::size_t>& kept) {
      std::vector<Operation> rest;
      for (std::size_t i = 0; i < all.size(); ++i) {
        const bool is_look = std::binary_search(looks.begin(), looks.end(), i);
        if (!is_look || std::binary_search(kept.begin(), kept.end(), i)) rest.push_back(all[i]);
      }
      return rest;
    };
    std::vector<std::size_t> kept = looks;
    minimize(kept, [&](const auto& some) { return fails(with(some), core.elements); });
    core.operations = with(kept);
  }

  bool fails(const std::vector<Operation>& operations, const std::set<Value>& kept) {
    if (steps_ >= limits_.steps) {
      is_minimal_ = false;
      return false;
    }
    M model(projected(initial_, kept));
    std::vector<const Operation*> pointers;
    for (const Operation& operation : operations) pointers.push_back(&operation);
    const auto intervals = intervals_of(model, std::span<const Operation* const>(pointers));
    const SearchResult result =
        decide<M>(model, intervals, {limits_.steps - steps_, limits_.bytes}).result;
    steps_ += result.steps + operations.size();
    const bool is_decided =
        result.end == SearchEnd::impossible || result.end == SearchEnd::linearizable;
    is_minimal_ = is_minimal_ && is_decided;
    return result.end == SearchEnd::impossible;
  }

  std::vector<Operation> operations_;
  Value initial_;
  SearchLimits limits_;
  std::uint64_t steps_ = 0;
  bool is_minimal_ = true;
};

}  // namespace faultrig
