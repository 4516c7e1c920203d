// What nodes keep: nothing goes from a disk but what something there supersedes, or what was handed
// on, and what was superseded does not come back.
//
// Properties: durable-promise (what was safe is there after a restart), lost-value (a version goes
// only for one that supersedes it), hint-delivered (a hint goes only when its owner has it),
// deleted-stays-deleted (a tombstone goes only when nobody has what it deletes, and what was
// deleted does not come back to a node), no-return (nor does what was overwritten). What comes back
// is judged only where nobody has joined or left. Cost: O(nodes) a key that changed.
#pragma once

#include "targets/dynamo/invariants/shadow.hpp"

namespace faultrig::dynamo {

class DiskWatch {
 public:
  DiskWatch(Findings& findings, Shadow& shadow) : findings_(findings), shadow_(shadow) {}
  // The first step of a life.
  void on_start(const DynamoNode& node);
  // The disk of the node has something else of the key.
  void on_changed(const DynamoNode& node, const Value& key);
  void on_new_members() { is_static_ = false; }

 private:
  void check_kept(const DynamoNode& node, const Value& key, const Held& before);
  void check_store(const DynamoNode& node, const Value& key, const Held& before, const Held& now);
  void check_hints(const DynamoNode& node, const Value& key, const Held& before, const Held& now);
  void check_new(const DynamoNode& node, const Value& key, const Held& before, const Held& now);
  bool is_kept(const Held& now, const Version& version) const;
  bool is_given_up(const Value& key, NodeIndex owner, const Version& version,
                   const Held& now) const;
  bool may_forget(const DynamoNode& node, const Value& key, const Version& version);

  Findings& findings_;
  Shadow& shadow_;
  bool is_static_ = true;  // nobody has joined or left
};

}  // namespace faultrig::dynamo
