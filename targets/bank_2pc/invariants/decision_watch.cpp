#include "targets/bank_2pc/invariants/decision_watch.hpp"

#include <fmt/format.h>

namespace faultrig::bank_2pc {
namespace {

NodeSet set_of(const std::vector<std::int32_t>& places) {
  NodeSet set;
  for (const std::int32_t place : places) set.set(static_cast<std::size_t>(place));
  return set;
}

// The circumstances of a decision that a node should not have carried out.
std::vector<std::string> facts_of(const Step& step, const Course& course) {
  std::vector<std::string> facts;
  if (course.decided_commit) facts.emplace_back("the coordinator had decided to commit");
  if (course.decided_abort) facts.emplace_back("the coordinator had decided to abort");
  if (course.presumed_abort) facts.emplace_back("the coordinator knew nothing of it");
  if (!course.decided_commit && !course.decided_abort && !course.presumed_abort) {
    facts.emplace_back("the coordinator had not decided");
  }
  if (course.restarted[step.place]) {
    facts.emplace_back(step.is_start ? "in the first step after a restart"
                                     : "restarted since its vote");
  }
  return facts;
}

}  // namespace

void DecisionWatch::on_deed(const Step& step, const Deed& deed) {
  Course& course = transactions_.of(deed.tx);
  switch (deed.kind) {
    case Deed::Kind::voted_yes:
      return on_vote(step, deed, course);
    case Deed::Kind::decided_commit:
      course.participants |= set_of(deed.participants);
      check_votes(step, deed.tx, course, true);
      course.decided_commit = true;
      return;
    case Deed::Kind::decided_abort:
      course.decided_abort = true;
      return;
    case Deed::Kind::presumed_abort:
      course.presumed_abort = true;
      return;
    case Deed::Kind::ended:
      return;
    case Deed::Kind::committed:
      return on_commit(step, deed.tx, course);
    case Deed::Kind::aborted:
    case Deed::Kind::refused:
      return on_abort(step, deed.tx, course);
    case Deed::Kind::committed_again:
      findings_.report(
          "one-outcome",
          fmt::format("{} carries {} out a second time", step.node.name(), to_text(deed.tx)),
          {"it was told again"});
      return;
  }
}

void DecisionWatch::on_vote(const Step& step, const Deed& deed, Course& course) {
  course.participants |= set_of(deed.participants);
  course.yes.set(step.place);
  course.request = deed.request;
  if (!course.aborted[step.place]) return;
  findings_.report("one-outcome", fmt::format("{} votes for {} after it has refused it",
                                              step.node.name(), to_text(deed.tx)));
}

void DecisionWatch::check_votes(const Step& step, const TxId& tx, const Course& course,
                                bool is_coordinator) {
  const NodeSet missing = course.participants & ~course.yes;
  if (missing.none() && course.participants.any()) return;
  std::string who = "anybody";
  for (std::size_t place = 0; place < step.node.nodes().size(); ++place) {
    if (missing[place]) who = step.node.nodes()[place];
  }
  std::vector<std::string> facts = facts_of(step, course);
  facts.emplace_back(is_coordinator ? "the coordinator decided" : "a participant decided");
  findings_.report(
      "all-votes",
      fmt::format("{} commits {} without a yes of {}", step.node.name(), to_text(tx), who),
      std::move(facts));
}

void DecisionWatch::on_commit(const Step& step, const TxId& tx, Course& course) {
  check_votes(step, tx, course, false);
  const std::vector<std::string> facts = facts_of(step, course);
  if (course.aborted.any() || course.decided_abort) {
    findings_.report(
        "decide-alike",
        fmt::format("{} commits {}, which others have aborted", step.node.name(), to_text(tx)),
        facts);
  }
  if (course.committed[step.place] || course.aborted[step.place]) {
    findings_.report("one-outcome",
                     fmt::format("{} commits {} after it has {} it", step.node.name(), to_text(tx),
                                 course.committed[step.place] ? "committed" : "aborted"),
                     facts);
  }
  NodeSet others = course.committed;
  others.reset(step.place);
  if (!course.decided_commit && others.none()) {
    findings_.report(
        "decides-alone",
        fmt::format("{} commits {} and nobody has decided that", step.node.name(), to_text(tx)),
        facts);
  }
  course.committed.set(step.place);
}

void DecisionWatch::on_abort(const Step& step, const TxId& tx, Course& course) {
  const std::vector<std::string> facts = facts_of(step, course);
  if (course.committed.any() || course.decided_commit) {
    findings_.report(
        "decide-alike",
        fmt::format("{} aborts {}, which others have committed", step.node.name(), to_text(tx)),
        facts);
  }
  // Who has not voted yes may refuse, and who asks it then may abort.
  const bool somebody_may =
      course.decided_abort || course.presumed_abort || (course.aborted & ~course.yes).any();
  if (course.yes[step.place] && !somebody_may) {
    findings_.report("decides-alone",
                     fmt::format("{} aborts {} after its yes, and nobody else has",
                                 step.node.name(), to_text(tx)),
                     facts);
  }
  course.aborted.set(step.place);
}

}  // namespace faultrig::bank_2pc
