// An assertion that is on in every build: it guards our own logic. One that fails ends the node
// with a message (std::logic_error, which the host logs before it exits) instead of letting it go
// on with a state that must not be. Never for what a message or a disk says: those may say
// anything. Cost: one branch.
#pragma once

#include <source_location>
#include <stdexcept>
#include <string>

namespace faultrig::raft_kv {

inline void require(bool holds, const char* what,
                    const std::source_location& place = std::source_location::current()) {
  if (holds) return;
  throw std::logic_error(std::string(place.file_name()) + ":" + std::to_string(place.line()) +
                         ": " + place.function_name() + ": does not hold: " + what);
}

}  // namespace faultrig::raft_kv
