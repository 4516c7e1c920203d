// One member of a bank whose accounts are spread over its nodes: coordinator of the transactions
// that its clients ask for, and participant in those that touch its accounts. One method a message;
// the methods live in files by phase: client_requests, coordinator, participant, reads,
// termination, persistence.
//
// Source: two-phase commit with presumed abort and cooperative termination (Bernstein, Hadzilacos
// and Goodman, "Concurrency Control and Recovery in Database Systems", 1987, chapter 7; Mohan,
// Lindsay and Obermarck 1986), strict two-phase locking with wait-die. Membership is fixed.
//
// Persist before promise: a vote, a decision, an acknowledgement is held until the disk has its
// record; see persistence.cpp.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "harness/node/node.hpp"
#include "targets/bank_2pc/accounts.hpp"
#include "targets/bank_2pc/bugs.hpp"
#include "targets/bank_2pc/config.hpp"
#include "targets/bank_2pc/ledger.hpp"
#include "targets/bank_2pc/lock_table.hpp"
#include "targets/bank_2pc/messages.hpp"

namespace faultrig::bank_2pc {

inline constexpr TimerId tick_timer = 1;   // looks for what is late
inline constexpr TimerId retry_timer = 2;  // of transactions that lost a lock

// What a step did to a transaction, for invariants: seen from outside, as the trace is. What is a
// promise is told when its record is durable and others hear of it, never earlier.
struct Deed {
  enum class Kind : std::uint8_t {
    voted_yes,       // the vote leaves
    decided_commit,  // the coordinator's decision is announced
    decided_abort,   // the coordinator's
    presumed_abort,  // the coordinator knows nothing and says abort
    ended,           // all have acknowledged the commit, and the coordinator forgets it
    committed,  // a participant carried it out; a crash may forget that, and then it is in doubt
    aborted,    // a participant that had voted yes; likewise
    refused,    // a participant that had not voted never will, and others hear of it
    committed_again,  // carried out a second time
  };
  Kind kind = Kind::voted_yes;
  TxId tx;
  std::vector<std::int32_t> participants = {};  // of voted_yes and decided_commit
  std::string request = "";                     // of voted_yes, as in the prepare
  std::string client = "";                      // of decided_commit, where a client waits
  std::int64_t msg_id = 0;
};

class BankNode final : public Node {
 public:
  explicit BankNode(BankConfig config = {}, BugSet bugs = {});

  void step(const Clocks& clocks, const Input& input, Effects& effects) override;
  std::string describe() const override;
  std::unique_ptr<Node> clone() const override;

  // For invariants and tests.
  const NodeName& name() const { return nodes_[self_]; }
  const std::vector<NodeName>& nodes() const { return nodes_; }
  std::int32_t place() const { return static_cast<std::int32_t>(self_); }
  const Ledger& ledger() const { return ledger_; }
  const LockTable& locks() const { return locks_; }
  // Of the last step, in order.
  const std::vector<Deed>& deeds() const { return deeds_; }
  // Commit decisions that were announced and are not acknowledged by all.
  std::vector<TxId> announced() const;
  // How long it has been in doubt about a transaction that it has prepared, in this life.
  NodeTime in_doubt_for(const TxId& tx) const { return now_ - doubts_.at(tx).since; }
  // Whether its locks are those of a read that is under way.
  bool has_grant(const TxId& tx) const { return grants_.contains(tx); }
  // Steps in this life; 1 after the start.
  std::uint64_t steps() const { return steps_; }

 private:
  // What a client asked for, over all attempts to do it.
  struct Task {
    std::string client;
    std::int64_t msg_id = 0;
    std::string type;  // "transfer" ...
    std::string request;
    std::vector<Write> writes;  // none: a read of all balances
    Age age;
    NodeTime deadline{0};
    std::int64_t tries_left = 0;
    bool may_be_done = false;  // under another number: then a failure is not certain
  };
  enum class Stage : std::uint8_t { voting, deciding, committed };
  // One transaction of this coordinator.
  struct Attempt {
    Task task;
    std::vector<std::int32_t> participants;  // ascending
    std::set<std::int32_t> missing;          // votes, then acknowledgements
    Stage stage = Stage::voting;
    NodeTime resend_at{0};
  };
  // A read that collects values, then confirmations.
  struct Read {
    Task task;
    bool is_confirming = false;
    std::map<std::int32_t, std::int64_t> grants;
    std::set<std::int32_t> missing;
    std::map<Account, Money> balances;
    NodeTime resend_at{0};
  };
  // As a participant: what is prepared or waits for locks, beyond what the ledger has.
  struct Waiting {  // for locks
    std::int32_t from = 0;
    std::variant<Prepare, ReadLock> message;
  };
  struct Doubt {
    NodeTime since{0};
    NodeTime ask_at{0};
    std::int64_t asks = 0;
    std::uint64_t record = 0;  // the position of the promise
  };
  struct Grant {  // shared locks of a read
    std::int64_t number = 0;
    NodeTime until{0};
  };
  struct Outgoing {
    std::int32_t dest = 0;
    PeerMessage message;
  };
  // What happens when the record at `position` is on the disk.
  struct Held {
    std::uint64_t position = 0;
    std::variant<Outgoing, TxId> what;  // a message leaves, or a decision is announced
  };

  void on_start(const Start& start);
  void on_message(const Message& message);
  void on_peer(std::int32_t from, const PeerMessage& message);
  void on_tick();
  void send(std::int32_t dest, PeerMessage message);
  void deliver_own();
  void note(Deed deed);
  Value names_of(const std::vector<std::int32_t>& places) const;

  // client_requests.cpp
  void on_client_request(const Message& message);
  std::string read_request(const Value& body, Task& task, ErrorCode& code) const;
  std::string read_writes(const Value& body, Task& task, ErrorCode& code) const;
  void answer(const Task& task, Value::Map body);
  void answer_ok(const Task& task);
  void answer_error(const Task& task, ErrorCode code, const std::string& text);
  void answer_refused(const Task& task, Answer why);

  // coordinator.cpp
  TxId new_transaction(Task& task);
  std::int64_t mark() const;
  void begin(Task task);
  void send_prepare(const TxId& tx, const Attempt& attempt, std::int32_t participant);
  void decide_commit(const TxId& tx, Attempt& attempt);
  void announce(const TxId& tx);
  void decide_abort(const TxId& tx);
  void try_again_or_refuse(Task task, Answer why);
  void set_retry_timer();
  void on_retry_timer();
  void look_after_attempts();
  void start_over(const TxId& tx);
  std::vector<std::int32_t> homes_of(const std::vector<Write>& writes) const;
  void handle(std::int32_t from, const Vote& message);
  void handle(std::int32_t from, const Acknowledge& message);

  // participant.cpp
  void prepare(std::int32_t from, const Prepare& message);
  Answer check(const Prepare& message) const;
  bool is_in_progress(const Prepare& message) const;
  void turn_down(std::int32_t to, const TxId& tx, Answer why);
  void acknowledge(const TxId& tx);
  void carry_out(const TxId& tx, bool commit);
  void release(const TxId& tx);
  void serve_waiters();
  void handle(std::int32_t from, const Prepare& message);
  void handle(std::int32_t from, const Decide& message);

  // reads.cpp
  void begin_read(Task task);
  void grant_read(std::int32_t to, const TxId& tx);
  void send_read(const TxId& tx, const Read& read, std::int32_t participant);
  void give_up_read(const TxId& tx, Answer why);
  void finish_read(const TxId& tx);
  void look_after_reads();
  void handle(std::int32_t from, const ReadLock& message);
  void handle(std::int32_t from, const ReadValues& message);
  void handle(std::int32_t from, const ReadConfirm& message);
  void handle(std::int32_t from, const ReadConfirmed& message);
  void handle(std::int32_t from, const ReadRelease& message);

  // termination.cpp
  void look_after_doubts();
  void resolve(const TxId& tx, Doubt& doubt);
  void recover_in_doubt();
  void handle(std::int32_t from, const Ask& message);
  void answer_as_coordinator(std::int32_t to, const TxId& tx);
  void answer_as_participant(std::int32_t to, const TxId& tx);

  // persistence.cpp
  void recover(const DiskImage& disk);
  std::uint64_t write(const Record& record, bool is_kept = true);
  void write_lazily(const Record& record);
  void send_when_durable(std::int32_t dest, PeerMessage message, std::uint64_t position);
  void let_go(Outgoing outgoing);
  void flush();
  void replace_file();
  void on_persisted(PersistId id);
  void release_held();
  bool is_open() const { return durable_ >= opened_at_; }

  BankConfig config_;
  BugSet bugs_;
  std::uint64_t steps_ = 0;
  std::size_t self_ = 0;
  std::vector<NodeName> nodes_ = {""};
  std::map<NodeName, std::int32_t> places_;
  Random random_{0};
  Ledger ledger_;

  // As a coordinator.
  std::int64_t clock_ = 0;  // Lamport's
  std::int64_t next_number_ = 0;
  std::map<TxId, Attempt> attempts_;
  std::map<TxId, Read> reads_;
  std::multimap<NodeTime, Task> retries_;

  // As a participant.
  LockTable locks_;
  std::map<TxId, Waiting> waiting_;
  std::map<TxId, Doubt> doubts_;            // just those that the ledger has prepared
  std::map<TxId, Answer> turned_down_;      // refusals that are not written down
  std::map<TxId, std::uint64_t> outcomes_;  // where the outcome stands that is not durable yet
  std::map<TxId, Grant> grants_;
  std::int64_t next_grant_ = 0;

  // Persistence.
  std::string buffer_;           // records for the next write
  std::uint64_t position_ = 0;   // of the last record
  std::uint64_t wanted_ = 0;     // up to here somebody waits for the disk
  std::uint64_t in_flight_ = 0;  // up to here the write under way; 0 when there is none
  std::uint64_t durable_ = 0;
  std::uint64_t opened_at_ = 0;  // where this life is written down
  std::int64_t file_records_ = 0;
  PersistId next_write_ = 1;
  std::deque<Held> held_;  // by position

  NodeTime now_{0};  // of the last step
  // Valid during a step only.
  Effects* effects_ = nullptr;
  std::deque<PeerMessage> own_;  // messages to this node itself
  std::vector<Deed> deeds_;      // until the next step
};

}  // namespace faultrig::bank_2pc
