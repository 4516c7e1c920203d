#include "targets/bank_2pc/trace_invariants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace faultrig::bank_2pc {
namespace {

// The texts of a list; what is no text was not written by a node.
std::set<std::string> texts_in(const Value& fields, std::string_view key) {
  std::set<std::string> texts;
  const Value* list = fields.find(key);
  if (list == nullptr || !list->is_list()) return texts;
  for (const Value& text : list->as_list()) {
    if (text.is_string()) texts.insert(text.as_string());
  }
  return texts;
}

std::optional<std::string> first_missing(const std::set<std::string>& wanted,
                                         const std::set<std::string>& there) {
  const auto at = std::find_if_not(wanted.begin(), wanted.end(),
                                   [&](const std::string& one) { return there.contains(one); });
  return at == wanted.end() ? std::nullopt : std::optional(*at);
}

std::optional<std::string> first_common(const std::set<std::string>& some,
                                        const std::set<std::string>& others) {
  const auto at = std::find_if(some.begin(), some.end(),
                               [&](const std::string& one) { return others.contains(one); });
  return at == some.end() ? std::nullopt : std::optional(*at);
}

}  // namespace

void TraceInvariants::accuse(const char* property, std::string what,
                             std::vector<std::string> circumstances) {
  findings_.report(property, std::move(what) + ", which is no atomic commitment",
                   std::move(circumstances));
}

void TraceInvariants::on_event(const TraceEvent& event) {
  Member& member = members_[event.node];
  // Behind a gap it may be another life.
  if (continuity_.take(event) != TraceContinuity::Place::next) member.carried_out.clear();
  if (event.event == "txn.recover") return on_recover(event, member);
  const TxName tx = event.fields.string_or("tx", "");
  if (tx.empty()) return;
  Course& course = courses_[tx];
  course.participants.merge(texts_in(event.fields, "participants"));
  on_deed(event.event, {event.node, tx, course, member});
}

void TraceInvariants::on_deed(const std::string& event, const Line& line) {
  if (event == "txn.vote") return on_vote(line);
  if (event == "txn.commit") return on_commit(line);
  if (event == "txn.abort") return on_abort(line);
  if (event == "txn.presume_abort") return on_presumed_abort(line);
  if (event == "txn.decide_commit") {
    note_commit(line);
    line.member.decided.insert(line.tx);
  } else if (event == "txn.decide_abort") {
    note_abort(line);
  } else if (event == "txn.refuse") {
    note_abort(line);
    line.member.refused.insert(line.tx);
  } else if (event == "txn.end") {
    line.member.decided.erase(line.tx);
  } else if (event == "txn.commit_again") {
    accuse("one-outcome", fmt::format("{} carries {} out a second time", line.node, line.tx),
           {"it was told again"});
  }
}

// What it voted for and has not carried out is what it must find prepared, and likewise what it
// decided as a coordinator.
void TraceInvariants::on_recover(const TraceEvent& event, Member& member) {
  std::set<TxName> prepared = texts_in(event.fields, "prepared");
  std::set<TxName> decided = texts_in(event.fields, "decided");
  if (continuity_.is_whole(event.node)) {
    if (const auto lost = first_missing(member.in_doubt, prepared)) {
      accuse("durable-promise",
             fmt::format("{} restarts without {}, for which it had voted yes", event.node, *lost),
             {"the vote was missing"});
    }
    if (const auto lost = first_missing(member.decided, decided)) {
      accuse(
          "durable-promise",
          fmt::format("{} restarts without {}, which it had decided to commit", event.node, *lost),
          {"the decision was missing"});
    }
  }
  member.in_doubt = std::move(prepared);
  member.decided = std::move(decided);
}

void TraceInvariants::on_vote(const Line& line) {
  line.course.yes.insert(line.node);
  line.member.in_doubt.insert(line.tx);
  const bool has_refused = line.member.refused.contains(line.tx);
  if (!has_refused && !line.member.carried_out.contains(line.tx)) return;
  accuse("one-outcome", fmt::format("{} votes for {} after it has {} it", line.node, line.tx,
                                    has_refused ? "refused" : "carried out"));
}

void TraceInvariants::on_commit(const Line& line) {
  line.course.carried_out.insert(line.node);
  note_commit(line);
  note_carried_out(line, "commits");
}

void TraceInvariants::on_abort(const Line& line) {
  note_abort(line);
  note_carried_out(line, "aborts");
}

void TraceInvariants::note_carried_out(const Line& line, const char* what) {
  line.member.in_doubt.erase(line.tx);
  if (line.member.carried_out.insert(line.tx).second) return;
  accuse("one-outcome",
         fmt::format("{} {} {} after it has carried it out", line.node, what, line.tx));
}

// To one who asks; rightly so once all have acknowledged the commit, for then it is forgotten.
void TraceInvariants::on_presumed_abort(const Line& line) {
  if (!line.member.decided.contains(line.tx) || !continuity_.is_whole(line.node)) return;
  accuse("one-outcome",
         fmt::format("{} says that {} is aborted after it has decided to commit it", line.node,
                     line.tx),
         {"the coordinator knew nothing of it"});
}

void TraceInvariants::note_commit(const Line& line) {
  line.course.commits.insert(line.node);
  if (line.course.aborts.contains(line.node)) {
    accuse("one-outcome", fmt::format("{} commits {} after it has aborted it", line.node, line.tx));
  } else if (!line.course.aborts.empty()) {
    accuse("decide-alike", fmt::format("{} commits {}, which {} aborts", line.node, line.tx,
                                       *line.course.aborts.begin()));
  }
}

void TraceInvariants::note_abort(const Line& line) {
  line.course.aborts.insert(line.node);
  if (line.course.commits.contains(line.node)) {
    accuse("one-outcome",
           fmt::format("{} aborts {} after it has committed it", line.node, line.tx));
  } else if (!line.course.commits.empty()) {
    accuse("decide-alike", fmt::format("{} aborts {}, which {} commits", line.node, line.tx,
                                       *line.course.commits.begin()));
  }
}

void TraceInvariants::left_alone() {
  for (auto& [node, member] : members_) {
    if (continuity_.is_whole(node)) member.awaited = member.in_doubt;
  }
}

std::string TraceInvariants::unfinished() const {
  for (const auto& [node, member] : members_) {
    if (!continuity_.is_whole(node)) continue;
    if (const auto tx = first_common(member.awaited, member.in_doubt)) {
      return fmt::format("{} is still in doubt about {}", node, *tx);
    }
  }
  return "";
}

void TraceInvariants::at_rest() {
  const std::string what = unfinished();
  if (what.empty()) return;
  findings_.report(
      "ends-after-heal",
      what + ", though everything was healed, all nodes ran, and nobody asked for more");
}

void TraceInvariants::finish() {
  for (const auto& [tx, course] : courses_) {
    if (!course.commits.empty()) check_votes(tx, course);
  }
}

void TraceInvariants::check_votes(const TxName& tx, const Course& course) {
  std::set<NodeName> voters = course.participants;
  voters.insert(course.carried_out.begin(), course.carried_out.end());
  for (const NodeName& voter : voters) {
    if (course.yes.contains(voter) || !continuity_.is_whole(voter)) continue;
    accuse("all-votes",
           fmt::format("{} commits {} without a yes of {}", *course.commits.begin(), tx, voter));
    return;
  }
}

}  // namespace faultrig::bank_2pc
