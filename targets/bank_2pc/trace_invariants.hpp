// Atomic commitment, judged by what the nodes trace: for nodes that run as programs, into which
// nobody can see. The names are those of invariants.hpp, as far as traces show them.
//
// decide-alike (AC1 of Bernstein, Hadzilacos and Goodman, section 7.3): nobody commits what another
// has aborted or refused. one-outcome (AC2): no node reverses its decision, votes after its
// refusal, or carries out twice. all-votes (AC3): what commits has a yes of every participant.
// durable-promise: a restart remembers votes and decisions. ends-after-heal (AC5): left alone,
// nobody stays in doubt.
//
// What is there accuses at once, in whatever order the nodes are read; what is not there accuses
// only a node whose trace is whole. The carrying out of a decision may be forgotten by a crash, and
// is then done again: that is no second time. Cost: O(log transactions) a line; memory is linear in
// the transactions of the run.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "harness/node/findings.hpp"
#include "harness/node/trace_observer.hpp"

namespace faultrig::bank_2pc {

class TraceInvariants final : public TraceObserver {
 public:
  void on_event(const TraceEvent& event) override;
  void left_alone() override;
  std::string unfinished() const override;
  void at_rest() override;
  void finish() override;
  const std::vector<Violation>& violations() const override { return findings_.violations(); }

 private:
  using TxName = std::string;  // "n2-1.7"
  // What has been said of a transaction, in all lives of all nodes.
  struct Course {
    std::set<NodeName> participants;  // as far as anybody has named them
    std::set<NodeName> yes;
    std::set<NodeName> carried_out;  // committed as participants
    std::set<NodeName> commits;      // decided so, or carried it out
    std::set<NodeName> aborts;       // decided so, carried it out, or refused
  };
  // What one node has said.
  struct Member {
    std::set<TxName> in_doubt;  // a yes, and no outcome yet
    std::set<TxName> decided;   // as the coordinator of a commit that has not ended
    std::set<TxName> refused;
    std::set<TxName> carried_out;  // in this life; the next may have to do it again
    std::set<TxName> awaited;      // in doubt when it was left alone
  };
  // One line, with what it is about.
  struct Line {
    const NodeName& node;
    const TxName& tx;
    Course& course;
    Member& member;
  };

  void accuse(const char* property, std::string what, std::vector<std::string> circumstances = {});
  void on_recover(const TraceEvent& event, Member& member);
  void on_deed(const std::string& event, const Line& line);
  void on_vote(const Line& line);
  void on_commit(const Line& line);
  void on_abort(const Line& line);
  void on_presumed_abort(const Line& line);
  void note_carried_out(const Line& line, const char* what);
  void note_commit(const Line& line);
  void note_abort(const Line& line);
  void check_votes(const TxName& tx, const Course& course);

  Findings findings_;
  TraceContinuity continuity_;
  std::map<TxName, Course> courses_;
  std::map<NodeName, Member> members_;
};

}  // namespace faultrig::bank_2pc
