// What bank_2pc nodes say to each other, typed, and its way to message bodies and back.
//
// Source: presumed abort, Mohan, Lindsay and Obermarck, "Transaction Management in the R*
// Distributed Database Management System" (1986), reads in two rounds after its read-only
// optimisation. Reading is total: a body that is not exactly right gives nothing, and is ignored.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "checkers/history/value.hpp"
#include "targets/bank_2pc/transaction.hpp"

namespace faultrig::bank_2pc {

// Coordinator to participant: can you commit this? Locks, checks and writes down.
struct Prepare {
  TxId tx;
  Age age;
  std::int64_t mark = 0;  // of this coordinator all that is below is over
  std::vector<std::int32_t> participants;
  std::string request;        // the client's request, by an id of its own
  std::vector<Write> writes;  // of the receiver's accounts
};
struct Vote {
  TxId tx;
  Answer answer = Answer::yes;
};
// The decision: by the coordinator, or by a participant that knows it.
struct Decide {
  TxId tx;
  bool commit = false;
};
// Of a commit. An abort is not acknowledged: who has forgotten it presumes it.
struct Acknowledge {
  TxId tx;
};
// From a participant in doubt, to the coordinator or to another participant.
struct Ask {
  TxId tx;
};

// First round of a read: lock all accounts of the receiver, and tell what is on them.
struct ReadLock {
  TxId tx;
  Age age;
};
struct ReadValues {
  TxId tx;
  Answer answer = Answer::yes;
  std::int64_t grant = 0;  // a number of this grant of locks and of no other
  std::vector<std::pair<Account, Money>> balances;
};
// Second round, once all values are there: did you hold these locks all the time? Ends them.
struct ReadConfirm {
  TxId tx;
  std::int64_t grant = 0;
};
struct ReadConfirmed {
  TxId tx;
  bool held = false;
};
// The read is given up.
struct ReadRelease {
  TxId tx;
};

using PeerMessage = std::variant<Prepare, Vote, Decide, Acknowledge, Ask, ReadLock, ReadValues,
                                 ReadConfirm, ReadConfirmed, ReadRelease>;

Value to_body(const PeerMessage& message);
// Nothing when the body is not one of the above in every field.
std::optional<PeerMessage> peer_message(const Value& body);

}  // namespace faultrig::bank_2pc
