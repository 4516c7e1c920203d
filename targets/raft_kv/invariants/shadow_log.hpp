// What the log of a node was after its last step, so that a step's changes can be told, and an
// entry be known that was committed and put into a snapshot within one step.
//
// Cost of follow(): what was cut off and what is new, plus one comparison; to find where a log
// changed it goes back from the end to the first entry that is as it was. Commands are shared with
// the log.
#pragma once

#include <vector>

#include "targets/raft_kv/log.hpp"

namespace faultrig::raft_kv {

// By digest: commands are not compared field by field.
inline bool is_same(const Entry& a, const Entry& b) {
  return a.term == b.term && a.digest == b.digest;
}

class ShadowLog {
 public:
  struct Change {
    Index kept = 0;       // unchanged up to here; what is above it in the new log is new
    Index cut = 0;        // entries that were there before above `kept`
    bool is_new = false;  // another base, which was not a compaction of this log
  };

  Index base_index() const { return base_; }
  Term base_term() const { return base_term_; }
  Index last_index() const { return base_ + static_cast<Index>(entries_.size()); }
  // nullptr when there is none.
  const Entry* at(Index index) const;
  // What has changed from here to `log`.
  Change change_to(const Log& log) const;
  void follow(const Log& log, const Change& change);

 private:
  Index base_ = 0;
  Term base_term_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace faultrig::raft_kv
