// What every bundled target has, in one form: its table of bugs and its scenarios, so that what
// must hold of all is tested of all.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "tests/targets/scenario_support.hpp"

namespace faultrig {

struct BugRow {
  std::size_t number;  // of the enumerator
  std::string name, summary, breaks, shows, source, teaches;
};

struct BundledTarget {
  std::string name;  // of its folder
  std::size_t bug_count = 0;
  std::vector<BugRow> bugs;
  // For each row whether the text switches it on. Throws UsageError.
  std::function<std::vector<bool>(const std::string& text)> switched_on;
  std::function<ScenarioResult(const std::string& text, bool with_bug)> run_scenario;
  std::string scenarios() const { return name + "/scenarios"; }
};

const std::vector<BundledTarget>& bundled_targets();

}  // namespace faultrig
