// What raft_kv nodes say to each other, typed, and its way to message bodies and back.
//
// Source: Raft paper, Figure 2 (votes, appends) and Figure 13 (snapshots, here without chunks);
// dissertation section 9.6 (pre-vote) and 6.4 (`round`: an append that is answered proves that the
// sender was still leader when the round began). Reading is total: a body that is not exactly right
// gives nothing, and is ignored by the node.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "checkers/history/value.hpp"
#include "harness/node/hashing.hpp"

namespace faultrig::raft_kv {

using Term = std::int64_t;   // from 1; 0 is before the first election
using Index = std::int64_t;  // from 1; 0 is before the first entry
// Far beyond any real term or index, and sums of two of them still fit. Readers refuse what is
// larger.
inline constexpr std::int64_t largest_number = std::int64_t{1} << 53;

struct Entry {
  Term term = 0;
  Value command;             // nil: the empty entry with which a leader opens its term
  std::uint64_t digest = 0;  // of both, made once: entries are copied and compared all the time

  Entry() = default;
  Entry(Term of, Value what)
      : term(of),
        command(std::move(what)),
        digest(combine(static_cast<std::uint64_t>(term), stable_hash(command))) {}
  friend bool operator==(const Entry&, const Entry&) = default;
};

// `term` is the one the sender would run in; nobody changes a term because of this message.
struct PreVote {
  Term term = 0;
  Index last_index = 0;
  Term last_term = 0;
};
struct PreVoteReply {
  Term term = 0;  // of the replier
  Term asked_term = 0;
  bool granted = false;
};
struct RequestVote {
  Term term = 0;
  Index last_index = 0;
  Term last_term = 0;
};
struct VoteReply {
  Term term = 0;
  bool granted = false;
};
struct AppendEntries {
  Term term = 0;
  Index prev_index = 0;
  Term prev_term = 0;
  Index commit = 0;
  std::int64_t round = 0;
  std::vector<Entry> entries;
};
// To an append or a snapshot.
struct AppendReply {
  Term term = 0;
  bool accepted = false;
  Index prev_index = 0;    // of the append that is answered
  Index index = 0;         // accepted: all up to here agree and are durable; else: go on from here
  Term conflict_term = 0;  // rejected: the term found at prev_index, 0 when the log is too short
  std::int64_t round = 0;
};
struct InstallSnapshot {
  Term term = 0;
  Index last_index = 0;
  Term last_term = 0;
  std::int64_t round = 0;
  Value state;
};
// A client's request handed on by a follower, and the answer on its way back.
struct Forward {
  std::int64_t id = 0;  // chosen by the follower
  std::string client;
  Value request;
};
struct ForwardReply {
  std::int64_t id = 0;
  Value reply;  // a whole body, in_reply_to included
};

using PeerMessage = std::variant<PreVote, PreVoteReply, RequestVote, VoteReply, AppendEntries,
                                 AppendReply, InstallSnapshot, Forward, ForwardReply>;

Value to_body(const PeerMessage& message);
// Nothing when the body is not one of the above in every field.
std::optional<PeerMessage> peer_message(const Value& body);

}  // namespace faultrig::raft_kv
