// Long fork: two writes that two readers saw in opposite orders. Transactions are lists of
// ["r", key, value] and ["w", key, value]; each key is written once, so a key is either there or
// not yet. After Jepsen's jepsen.tests.long-fork; the anomaly is that of Sovran, Power, Aguilera,
// Li, Transactional storage for geo-replicated systems, SOSP 2011 (parallel snapshot isolation
// allows it; snapshot isolation, serializability and whatever is stronger do not).
//
//   long fork   one read shows key a and not key b, another shows b and not a. Real time does not
//               matter: no order of the two writes explains both reads
//   unexpected  a read shows a value that nobody wrote to that key, whose write failed, or that
//               nobody had begun to write
// What a transaction reads of a key that it writes itself is left out: it sees its own write, which
// says nothing of the order of others. Reads and writes with unknown outcome: a read says nothing,
// a write may show up or not. Jepsen compares reads of one group of keys, read by read; here every
// pair of keys that were read together is compared, whatever else was read with them.
// A key that is written twice leaves the verdict unknown.
//
// Cost: linear in reads times the square of the keys that a read has (a few). Past the budget of
// steps the verdict is unknown.
#pragma once

#include <memory>

#include "checkers/checker.hpp"

namespace faultrig {

std::unique_ptr<Checker> make_long_fork_checker();

}  // namespace faultrig
