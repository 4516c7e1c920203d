#include "targets/raft_kv/invariants/log_watch.hpp"

#include <fmt/format.h>

namespace faultrig::raft_kv {

void LogWatch::after_step(const Step& step, const ShadowLog::Change& change) {
  const Log& log = step.node.log();
  for (Index index = change.kept + 1; index <= log.last_index(); ++index) {
    check_appended(step.node, index);
  }
  if (!step.is_start && change.cut > 0) check_cut(step, change);
}

void LogWatch::check_appended(const RaftNode& node, Index index) {
  const Log& log = node.log();
  const Row row{log.at(index).term, log.at(index).digest, log.term_at(index - 1).value_or(0)};
  const auto place = static_cast<std::size_t>(index);
  if (rows_.size() <= place) rows_.resize(place + 1);
  if (rows_[place].term == 0) rows_[place] = row;
  const bool is_first = rows_[place].term == row.term;
  const Row& known =
      is_first ? rows_[place] : more_rows_.emplace(std::pair(index, row.term), row).first->second;
  if (known.digest == row.digest && known.before == row.before) return;
  findings_.report(
      "log-matching",
      fmt::format("{} takes entry {} of term {} behind an entry of term {}; the same entry {}",
                  node.name(), index, row.term, row.before,
                  known.before != row.before
                      ? fmt::format("stands behind one of term {} elsewhere", known.before)
                      : "has another command elsewhere"),
      {known.before != row.before ? "the entries before it differ" : "the commands differ"});
}

void LogWatch::check_cut(const Step& step, const ShadowLog::Change& change) {
  const RaftNode& node = step.node;
  if (step.leads_on()) {
    findings_.report("leader-append-only",
                     fmt::format("{} leads term {} and cuts its log behind entry {}", node.name(),
                                 node.term(), change.kept));
  }
  // A snapshot of somebody else's log replaces this one for another reason.
  if (change.is_new || node.log().last_index() > change.kept) return;
  findings_.report("cut-on-conflict",
                   fmt::format("{} cuts off entries {} to {}, and nothing takes their place",
                               node.name(), change.kept + 1, step.before.log.last_index()));
}

}  // namespace faultrig::raft_kv
