// The planted bugs: each is one condition at the place where a person would get it wrong, off
// unless named. The table is what `--help`, the manifest's [[bugs]] and the tests are checked
// against.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/node/planted_bugs.hpp"

namespace faultrig::bank_2pc {

enum class Bug {
  coordinator_forgets_decision,
  no_durable_prepare,
  abort_after_prepare,
  commit_after_prepare,
  presume_commit,
  early_lock_release,
  read_no_lock,
  duplicate_commit_twice,
  retry_new_txid,
  blocked_for_ever,
};
inline constexpr std::size_t bug_count = 10;

using BugInfo = BugInfoOf<Bug>;
using BugSet = BugSetOf<Bug, bug_count>;

// One row a bug, in the order of the enumeration.
const std::vector<BugInfo>& all_bugs();

// Throw UsageError with the nearest name.
BugSet bugs_named(const std::vector<std::string>& names);
// "tpc-read-no-lock,tpc-presume-commit"; empty text is no bug.
BugSet parse_bugs(std::string_view text);

}  // namespace faultrig::bank_2pc
