// Eventual consistency: when nobody writes any more and replicas had time, all of them show the
// same. Among the final reads of a key that begin after its last mutation has ended, all show one
// value; lists are compared as sets.
//
// Operations: reads (read, get) with input "final" and final_read; everything else mutates. What
// has failed never happened. An unknown mutation may take effect between two final reads, and
// whoever is asked later then shows it: the values and elements that it would bring are left out of
// the comparison, and a key whose unknown mutation may remove something from a set, or do what is
// not known here, is not judged. Two values of which no unknown mutation could bring either are a
// disagreement, whatever the unknown ones do. What all show is no matter of this checker.
//
// Source: Vogels, "Eventually Consistent" (CACM 2009). Cost: O(n log n) in the values shown.
#pragma once

#include <memory>

#include "checkers/checker.hpp"

namespace faultrig {

std::unique_ptr<Checker> make_convergence_checker();

}  // namespace faultrig
