// Histories for the causal checker: drawn at random, and from a simulated store whose replicas pass
// writes on in causal order, with rules that can be broken one by one.
#pragma once

#include <cstdint>
#include <vector>

#include "checkers/history/operation.hpp"

namespace faultrig::testing {

struct StoreShape {
  int operations = 8;
  int clients = 3;
  int keys = 2;
  int unknown_percent = 0;
  int failed_percent = 0;
  int write_percent = 50;
};

// Every read returns something at random: a value of its key, now and then one written later, one
// of a failed write, or one that nobody wrote; nil otherwise. Values are distinct.
std::vector<Operation> arbitrary_causal_history(const StoreShape& shape, std::uint64_t seed);

enum class Resolution {
  last_delivered,  // each replica keeps what came last: causal memory, and no convergence
  stamped,         // the highest (Lamport time, replica) wins everywhere: causal convergence
};
// What a broken store forgets. Delivery in causal order keeps all guarantees.
enum class StoreFault {
  none,
  any_order,           // writes are delivered in any order
  session_order_only,  // those of one client in order, dependencies on others ignored
  wandering_clients,   // clients ask any replica
  own_write_late,      // a client's own write reaches its replica like everybody else's
};

// One replica a client. A new process takes over after an unknown outcome.
std::vector<Operation> store_history(const StoreShape& shape, Resolution resolution,
                                     StoreFault fault, std::uint64_t seed);

// 1, or 100 with FAULTRIG_LONG in the environment.
int causal_effort();

}  // namespace faultrig::testing
