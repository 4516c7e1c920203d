#include "checkers/linearizability/subhistory.hpp"

#include <algorithm>
#include <unordered_map>

namespace faultrig {

std::vector<Subhistory> subhistories_by_key(std::span<const Operation> operations) {
  std::unordered_map<std::optional<Value>, std::size_t> place_of;
  std::vector<Subhistory> subhistories;
  for (const Operation& operation : operations) {
    const auto [at, is_new] = place_of.try_emplace(operation.key, subhistories.size());
    if (is_new) subhistories.push_back({operation.key, {}});
    subhistories[at->second].operations.push_back(&operation);
  }
  std::sort(subhistories.begin(), subhistories.end(),
            [](const Subhistory& a, const Subhistory& b) { return a.key < b.key; });
  return subhistories;
}

std::string name_of(const Subhistory& subhistory) {
  return subhistory.key ? "key " + subhistory.key->to_string() : std::string("the history");
}

}  // namespace faultrig
