// What clients rely on: a request that was answered with ok has committed (acknowledged-request),
// one that was answered with a definite error never does (definite-failure), and no request commits
// as two transactions (one-transaction).
//
// Requests that name themselves by request_id may be done for somebody else; they are left out.
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
  explicit ClientWatch(Findings& findings) : findings_(findings) {}
  void on_commit(const Deed& deed);
  void on_request(const Message& request);
  void on_reply(const Message& reply);
  // Whether money came in or went out, as far as requests tell.
  bool total_may_change() const { return total_may_change_; }

 private:
  static std::string key_of(const std::string& client, std::int64_t msg_id);

  Findings& findings_;
  bool total_may_change_ = false;
  std::unordered_set<std::string> asked_;  // requests that are judged, not answered yet
  std::unordered_map<std::string, TxId> committed_;
  std::unordered_set<std::string> failed_;
};

}  // namespace faultrig::bank_2pc
