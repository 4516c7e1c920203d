// Who is on the ring. Joining and leaving are told to any node and spread from node to node; of two
// reports of one node the later stands (Dynamo, section 4.8: explicit, by gossip). All nodes of the
// cluster take part in gossip and may coordinate; only members own keys.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "targets/dynamo/context.hpp"

namespace faultrig::dynamo {

class Members {
 public:
  Members() = default;
  // All of them, from the beginning.
  explicit Members(std::size_t nodes) : changes_(nodes) {}

  std::size_t size() const { return changes_.size(); }
  bool has(NodeIndex node) const { return changes_[node] % 2 == 0; }
  std::size_t count() const;
  std::vector<bool> flags() const;
  // False when it is so already.
  bool set(NodeIndex node, bool is_member);
  // False when the other knows nothing new.
  bool merge(const Members& other);
  bool knows_more_than(const Members& other) const;

  std::uint64_t digest() const;
  Value to_value() const;
  static std::optional<Members> from_value(const Value& value, std::size_t nodes);

  friend bool operator==(const Members&, const Members&) = default;

 private:
  std::vector<std::int64_t> changes_;  // of each node: how often it has left or joined; odd: is out
};

}  // namespace faultrig::dynamo
