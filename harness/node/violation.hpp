// A broken invariant: what must never happen inside a target, whatever clients saw of it.
#pragma once

#include <string>
#include <vector>

namespace faultrig {

struct Violation {
  std::string property;  // "election-safety"
  std::string what;      // with nodes, terms and indices
  // Facts about how it came about that tell one defect from another with the same effect:
  // "restarted between the votes". Words of a fixed list per property.
  std::vector<std::string> circumstances = {};
};

}  // namespace faultrig
