// Delta debugging over a list: the fewest items that still fail (Zeller and Hildebrandt 2002,
// "Simplifying and isolating failure-inducing input", ddmin by complements).
//
// The result is 1-minimal as far as `fails` can tell: leaving any one item out no longer fails. A
// `fails` that is a matter of luck (a simulated run reacts to everything) may leave more.
// Cost: O(n log n) calls when few items matter, O(n^2) at worst; an exhausted budget is a `fails`
// that always says no.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <vector>

namespace faultrig {

// Requires that `items` fail. Keeps their order.
template <typename T>
std::vector<T> minimized(std::vector<T> items,
                         const std::function<bool(const std::vector<T>&)>& fails) {
  for (std::size_t chunk = (items.size() + 1) / 2; chunk > 0;) {
    bool left_something_out = false;
    for (std::size_t from = 0; from < items.size();) {
      const std::size_t to = std::min(from + chunk, items.size());
      std::vector<T> rest(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(from));
      rest.insert(rest.end(), items.begin() + static_cast<std::ptrdiff_t>(to), items.end());
      if (fails(rest)) {
        items = std::move(rest);
        left_something_out = true;
      } else {
        from = to;
      }
    }
    // What did not fail alone may fail now that others are gone.
    if (chunk == 1 && !left_something_out) break;
    chunk = chunk == 1 ? 1 : chunk / 2;
  }
  return items;
}

}  // namespace faultrig
