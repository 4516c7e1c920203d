// Registers whose written values are distinct, in O(n log n): each value has one writer, so who saw
// whom is known, and what is left to decide is the order of the values (Gibbons and Korach 1997,
// "Testing shared memories", section 4: zones of clusters).
//
// A cluster is a write with all that saw it. A cas joins the cluster of what it found to that of
// what it left, with nothing in between, so the clusters that cas connect form a chain; in an order
// each chain is one block. Chain A must precede chain B when some operation of A completes before
// some operation of B is invoked, that is, when first(A) < last(B), first being the earliest
// completion and last the latest invocation in the chain. An order of the chains exists when no two
// of them must precede each other. (A longer circle holds such a pair: let A have the earliest
// `first` of the circle. Everything in it follows something there, so each `last` is later than the
// `first` of its predecessor, and so later than first(A): A must precede all of them, its own
// predecessor too.) And within a chain the order of the clusters is given, and each operation must
// fit to it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "checkers/linearizability/register/operation.hpp"
#include "checkers/linearizability/search_result.hpp"

namespace faultrig {

struct ZonesVerdict {
  SearchResult result;
  // When there is no order: positions of a few operations that contradict each other by
  // themselves, with the writers of all that is seen in them. Ascending.
  std::vector<std::uint32_t> contradiction;
};

// Operations in order of invocation. Nothing when this procedure does not apply: a value written
// twice, the initial value written again, or somebody who saw "anything but" a value.
std::optional<ZonesVerdict> order_by_zones(std::span<const RegisterOperation> operations,
                                           ModelState initial);

}  // namespace faultrig
