// The planted bugs: each is one condition at the place where a person would get it wrong, off
// unless named. The table is what `--help`, the manifest's [[bugs]] and the tests are checked
// against.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/node/planted_bugs.hpp"

namespace faultrig::raft_kv {

enum class Bug {
  double_vote,
  forget_vote_on_stepdown,
  no_persist_vote,
  vote_without_log_check,
  log_check_length_only,
  commit_old_term_entry,
  commit_min_of_last_log,
  truncate_on_any_append,
  skip_prev_check,
  ack_before_commit,
  apply_before_commit,
  respond_by_index_only,
  stale_read_from_old_leader,
  readindex_before_noop,
  lease_read_clock,
  no_client_dedup,
  dedup_not_in_snapshot,
  no_fsync,
  apply_twice_after_restart,
  install_older_snapshot,
};
inline constexpr std::size_t bug_count = 20;

using BugInfo = BugInfoOf<Bug>;
using BugSet = BugSetOf<Bug, bug_count>;

// One row a bug, in the order of the enumeration.
const std::vector<BugInfo>& all_bugs();

// Throw UsageError with the nearest name.
BugSet bugs_named(const std::vector<std::string>& names);
// "raft-double-vote,raft-no-fsync"; empty text is no bug.
BugSet parse_bugs(std::string_view text);

}  // namespace faultrig::raft_kv
