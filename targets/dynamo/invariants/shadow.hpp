// What the watches know of a cluster without believing its nodes: what each node's disk has of each
// key, by what the node took for safe and what it had after a restart, and which deletions there
// were.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/node/findings.hpp"
#include "targets/dynamo/dynamo_node.hpp"

namespace faultrig::dynamo {

// Of one key at one node; also while the node is down.
struct Held {
  Versions store;
  std::map<NodeIndex, Versions> hints;  // by owner
  Context had;                          // all that ever was in the store, and what that had seen
};

class Shadow {
 public:
  explicit Shadow(Conflict conflict) : conflict_(conflict) {}
  void resize(std::size_t nodes) { nodes_.resize(nodes); }
  Conflict conflict() const { return conflict_; }

  std::map<Value, Held>& of(NodeIndex node) { return nodes_[node]; }
  std::size_t size() const { return nodes_.size(); }
  // nullptr when the node has never had anything of the key.
  const Held* find(NodeIndex node, const Value& key) const;
  // The version, or one that supersedes it, as an entry or as a hint.
  bool has(NodeIndex node, const Value& key, const Version& version) const;
  // So many nodes have it.
  std::int64_t copies(const Value& key, const Version& version) const;
  // Some node has something that the version supersedes: which one.
  std::optional<NodeIndex> with_older(const Value& key, const Version& version) const;

  void add_tombstone(const Value& key, const SharedVersion& tombstone);
  // Some deletion supersedes it.
  bool is_deleted(const Value& key, const Version& version) const;

 private:
  struct Deletions {
    Context past;          // of all of them
    SharedVersion latest;  // the last one by stamp
  };
  Conflict conflict_;
  std::vector<std::map<Value, Held>> nodes_;
  std::map<Value, Deletions> deletions_;
};

// What a node has safe of the key now.
Held held_by(const DynamoNode& node, const Value& key);
std::string name_of(const Version& version);

}  // namespace faultrig::dynamo
