// What a node has of a key, as an owner or as a hint: now, and what of it the disk is known to
// have.
#pragma once

#include <map>
#include <utility>

#include "harness/node/node.hpp"
#include "targets/dynamo/versions.hpp"

namespace faultrig::dynamo {

struct Entry {
  Versions now;
  Versions safe;
  PersistId batch = 0;  // with this write of the disk, what is now is safe
};

using Entries = std::map<Value, Entry>;
// A hint is what another node is to have: (who, key).
using HintKey = std::pair<NodeIndex, Value>;
using Hints = std::map<HintKey, Entry>;

}  // namespace faultrig::dynamo
