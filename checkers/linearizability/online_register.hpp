// Linearizability of registers, judged while the history grows: the frontier search of
// register/frontier.hpp, fed event by event, a frontier for each key.
//
// An event is fed once the outcome of every operation of its key that was invoked before it is
// known, which takes at most the clients' timeout; then what is fed is a prefix of the history as
// it will stand in the file, and linearizability is closed under prefixes (Herlihy and Wing 1990,
// section 3.1): a prefix without an order accuses the whole. What a completed operation did after
// the end of the prefix is not held against it: in it the operation is still in flight.
//
// The frontier is kept narrow (a beam). When it dies out, the prefix is given to the whole search
// (register_search.hpp), which alone accuses; if that finds an order, a wider beam and then all
// configurations take over from the beginning of the key. A key that is too hard is left to the
// checkers of the finished run. Cost: O(beam) an event, as a rule; memory O(operations of the
// keys).
#pragma once

#include <memory>
#include <string_view>

#include "checkers/history/value.hpp"
#include "checkers/online_checker.hpp"

namespace faultrig {

// For the models register and cas-register; nullptr for any other.
std::unique_ptr<OnlineChecker> make_online_linearizability(std::string_view model,
                                                           const Value& initial = {});

}  // namespace faultrig
