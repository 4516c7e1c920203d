// One request of a client, from its arrival at the node that coordinates it until nothing more is
// to be done for it. A read asks the owners and answers from what they have; a write (put, add or
// delete) first asks them what there is, where the client has not said what it has seen, and then
// has its version stored.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <vector>

#include "harness/node/node.hpp"
#include "targets/dynamo/versions.hpp"

namespace faultrig::dynamo {

enum class Kind { read, put, add, erase };

struct Operation {
  enum class Phase {
    fetching,
    storing,  // a version is on its way to the owners
    closing,  // the client has its answer; the others are still brought up to date
  };

  std::int64_t id = 0;
  Kind kind = Kind::read;
  Message request;
  Value key;
  Phase phase = Phase::fetching;
  std::vector<NodeIndex> order;  // of the ring at its beginning
  std::size_t owners = 0;        // the first so many of it
  NodeTime next_look{};          // then whoever was silent is asked again, or replaced
  NodeTime give_up{};
  int looks = 0;  // so often that was done

  // What the nodes have said that they have, and all of it together.
  std::map<NodeIndex, Versions> answers;
  Versions result;
  Stamp clock = 0;

  // What is to be stored, by a write or by a read that found nodes behind.
  Versions outgoing;
  std::set<NodeIndex> stored;    // who has it, safe
  std::set<NodeIndex> hinted;    // owners for whom this node keeps a hint
  std::set<NodeIndex> repaired;  // to whom a read has sent what they lacked
  std::size_t stand_ins = 0;     // so many nodes behind the owners were asked to keep a hint

  bool is_owner(NodeIndex node) const {
    for (std::size_t i = 0; i < owners; ++i) {
      if (order[i] == node) return true;
    }
    return false;
  }
};

}  // namespace faultrig::dynamo
