// Logs that agree at an entry agree below it (Raft paper, Figure 3), a leader only appends to its
// log (Figure 3), and a follower cuts off only what contradicts its leader (Figure 2, AppendEntries
// rule 3).
//
// Log matching by induction instead of by comparing all pairs of logs: a table says what every
// entry, named by index and term, was when it was first seen, its command and the term of the entry
// before it. If all that is ever appended anywhere agrees with the table, two logs with an equal
// entry have equal entries before it, and so on down. It also sees logs that are gone by now. Cost:
// O(1) an appended entry; memory linear in the entries of the run.
#pragma once

#include <map>
#include <utility>
#include <vector>

#include "targets/raft_kv/invariants/findings.hpp"

namespace faultrig::raft_kv {

class LogWatch {
 public:
  explicit LogWatch(Findings& findings) : findings_(findings) {}
  void after_step(const Step& step, const ShadowLog::Change& change);

 private:
  struct Row {
    Term term = 0;
    std::uint64_t digest = 0;
    Term before = 0;  // the term of the entry before it
  };
  void check_appended(const RaftNode& node, Index index);
  void check_cut(const Step& step, const ShadowLog::Change& change);

  Findings& findings_;
  std::vector<Row> rows_;                            // by index; the first term seen there
  std::map<std::pair<Index, Term>, Row> more_rows_;  // of other terms
};

}  // namespace faultrig::raft_kv
