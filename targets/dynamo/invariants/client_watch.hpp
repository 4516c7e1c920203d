// What clients are told: a write that is acknowledged is on W disks, and a client that stays with
// its node reads what it wrote.
//
// Properties: acknowledged-durable; read-your-writes (where R owners answered, R + W is above N and
// no node joined or left; and always where the node that was asked had the write itself);
// read-repair (a read that found an owner behind sends it the rest). Cost: O(nodes) a request.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "targets/dynamo/invariants/shadow.hpp"

namespace faultrig::dynamo {

class ClientWatch {
 public:
  ClientWatch(Findings& findings, Shadow& shadow, DynamoConfig config)
      : findings_(findings), shadow_(shadow), config_(config) {}
  // `asked` is the node that the request goes to.
  void on_request(const Message& request, NodeIndex asked);
  void on_answered(const DynamoNode& node, const Operation& operation);
  void on_new_members() { is_static_ = false; }

  // What was acknowledged of each key and not superseded by something that was acknowledged as
  // well.
  const std::map<Value, Versions>& acknowledged() const { return acknowledged_; }

 private:
  struct Expected {
    SharedVersion version;
    bool is_own_copy = false;  // the node had it when it was asked
  };
  void on_write(const DynamoNode& node, const Operation& operation);
  void on_read(const DynamoNode& node, const Operation& operation);
  void check_repair(const DynamoNode& node, const Operation& operation);

  Findings& findings_;
  Shadow& shadow_;
  DynamoConfig config_;
  bool is_static_ = true;
  std::map<std::pair<std::string, Value>, Versions> written_;  // by client and key
  std::map<std::pair<std::string, std::int64_t>, std::vector<Expected>> open_reads_;
  std::map<Value, Versions> acknowledged_;
};

}  // namespace faultrig::dynamo
