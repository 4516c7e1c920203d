// The planted bugs: each is one condition at the place where a person would get it wrong, off
// unless named. The table is what `--help`, the manifest's [[bugs]] and the tests are checked
// against.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/node/planted_bugs.hpp"

namespace faultrig::causal_kv {

enum class Bug {
  no_buffer,
  fifo_only,
  clock_ge,
  increment_on_receive,
  no_relay,
  no_retry,
  ack_before_store,
  no_tie_break,
  local_clock,
  no_dedup,
  clock_lost_at_restart,
  sequence_reused,
  sync_adopts_clock,
  show_before_durable,
};
inline constexpr std::size_t bug_count = 14;

using BugInfo = BugInfoOf<Bug>;
using BugSet = BugSetOf<Bug, bug_count>;

// One row a bug, in the order of the enumeration.
const std::vector<BugInfo>& all_bugs();

// Throw UsageError with the nearest name.
BugSet bugs_named(const std::vector<std::string>& names);
// "cb-no-buffer,lww-no-tie-break"; empty text is no bug.
BugSet parse_bugs(std::string_view text);

}  // namespace faultrig::causal_kv
