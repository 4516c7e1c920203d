#include "targets/raft_kv/invariants/shadow_log.hpp"

#include <algorithm>

namespace faultrig::raft_kv {

const Entry* ShadowLog::at(Index index) const {
  if (index <= base_ || index > last_index()) return nullptr;
  return &entries_[static_cast<std::size_t>(index - base_ - 1)];
}

ShadowLog::Change ShadowLog::change_to(const Log& log) const {
  Change change;
  // A compaction ends within the log as it was, at an entry of the term that the base has now. (An
  // entry that was both new and compacted within the step is not known; nor is it missed.)
  const Entry* base = at(log.base_index());
  const bool same_base = log.base_index() == base_ && log.base_term() == base_term_;
  change.is_new = !same_base && !(base != nullptr && base->term == log.base_term());
  const Index bottom = log.base_index();
  if (change.is_new) {
    change.kept = bottom;
  } else {
    Index kept = std::min(last_index(), log.last_index());
    while (kept > bottom && !is_same(*at(kept), log.at(kept))) --kept;
    change.kept = std::max(kept, bottom);
  }
  change.cut = std::max<Index>(0, last_index() - std::max(change.kept, base_));
  return change;
}

void ShadowLog::follow(const Log& log, const Change& change) {
  if (change.is_new) {
    entries_.clear();
    base_ = log.base_index();
    base_term_ = log.base_term();
  } else {
    entries_.resize(static_cast<std::size_t>(std::min(change.kept, last_index()) - base_));
    entries_.erase(entries_.begin(), entries_.begin() + (log.base_index() - base_));
    base_ = log.base_index();
    base_term_ = log.base_term();
  }
  for (Index index = last_index() + 1; index <= log.last_index(); ++index) {
    entries_.push_back(log.at(index));
  }
}

}  // namespace faultrig::raft_kv
