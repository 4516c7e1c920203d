// The planted bugs: each is one condition at the place where a person would get it wrong, off
// unless named. The table is what `--help`, the manifest's [[bugs]] and the tests are checked
// against.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace faultrig::raft_kv {

enum class Bug {
  double_vote,
  vote_without_log_check,
  commit_old_term_entry,
  ack_before_commit,
  stale_read_from_old_leader,
  no_persist_vote,
  skip_prev_check,
  no_fsync,
};
inline constexpr std::size_t bug_count = 8;

struct BugInfo {
  Bug bug;
  std::string_view name;     // "raft-double-vote"
  std::string_view summary;  // what the code does wrong, one sentence
  std::string_view breaks;   // the guarantee
  std::string_view source;
};

// One row a bug, in the order of the enumeration.
const std::vector<BugInfo>& all_bugs();

class BugSet {
 public:
  bool has(Bug bug) const { return on_[static_cast<std::size_t>(bug)]; }
  void add(Bug bug) { on_.set(static_cast<std::size_t>(bug)); }
  bool empty() const { return on_.none(); }

 private:
  std::bitset<bug_count> on_;
};

// "raft-double-vote,raft-no-fsync"; empty text is no bug. Throws UsageError with the nearest name.
BugSet parse_bugs(std::string_view text);

}  // namespace faultrig::raft_kv
