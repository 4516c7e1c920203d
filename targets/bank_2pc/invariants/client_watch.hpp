// What clients rely on: a request that was answered with ok has committed (acknowledged-request),
// one that was answered with a definite error never does (definite-failure), no request commits as
// two transactions (one-transaction), and a read of all balances shows all the money (whole-reads),
// as long as nobody asks for a deposit or withdrawal.
//
// Requests that name themselves by request_id may be done for somebody else; they are left out. An
// error speaks for the copy of a request that it answers, so one that was sent twice may fail here
// and commit there.
// Cost: O(1) a request, reply or decision.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "targets/bank_2pc/invariants/findings.hpp"

namespace faultrig::bank_2pc {

class ClientWatch {
 public:
  ClientWatch(Findings& findings, Money total) : findings_(findings), total_(total) {}
  // `request`: as the prepares of the transaction say.
  void on_commit(const Deed& deed, const std::string& request);
  void on_request(const Message& request);
  void on_reply(const Message& reply);
  // Whether money came in or went out, as far as requests tell.
  bool total_may_change() const { return total_may_change_; }

 private:
  static std::string key_of(const std::string& client, std::int64_t msg_id);

  void on_read(const Message& reply, const Value& balances);

  Findings& findings_;
  Money total_;
  bool total_may_change_ = false;
  std::unordered_set<std::string> seen_;   // requests that are judged
  std::unordered_set<std::string> asked_;  // of them those that are not answered yet
  std::unordered_set<std::string> repeated_;
  std::unordered_map<std::string, TxId> committed_;
  std::unordered_set<std::string> failed_;
};

}  // namespace faultrig::bank_2pc
