// What an observer of a cluster has found: the first violation of each property, in the order of
// discovery. The parts of an observer share one.
#pragma once

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "harness/node/violation.hpp"

namespace faultrig {

class Findings {
 public:
  void report(std::string property, std::string what, std::vector<std::string> circumstances = {}) {
    if (!reported_.insert(property).second) return;
    violations_.push_back({std::move(property), std::move(what), std::move(circumstances)});
  }
  bool has(const std::string& property) const { return reported_.contains(property); }
  const std::vector<Violation>& violations() const { return violations_; }

 private:
  std::vector<Violation> violations_;
  std::set<std::string> reported_;
};

}  // namespace faultrig
