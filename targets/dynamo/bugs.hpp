// The planted bugs: each is one condition at the place where a person would get it wrong, off
// unless named. The table is what `--help`, the manifest's [[bugs]] and the tests are checked
// against.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/node/planted_bugs.hpp"

namespace faultrig::dynamo {

enum class Bug {
  r_plus_w_le_n,
  sloppy_stale_read,
  lww_clock_skew,
  no_read_repair,
  delete_without_tombstone,
  tombstone_early_gc,
  hint_volatile,
  sibling_drop,
  vclock_prune,
  merkle_hash_key_only,
};
inline constexpr std::size_t bug_count = 10;

using BugInfo = BugInfoOf<Bug>;
using BugSet = BugSetOf<Bug, bug_count>;

// One row a bug, in the order of the enumeration.
const std::vector<BugInfo>& all_bugs();

// Throw UsageError with the nearest name.
BugSet bugs_named(const std::vector<std::string>& names);
// "dynamo-hint-volatile,dynamo-sibling-drop"; empty text is no bug.
BugSet parse_bugs(std::string_view text);

}  // namespace faultrig::dynamo
