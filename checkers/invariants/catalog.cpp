#include "checkers/invariants/catalog.hpp"

#include <algorithm>

#include "checkers/invariants/convergence.hpp"
#include "checkers/invariants/counter_bounds.hpp"
#include "checkers/invariants/deleted.hpp"
#include "checkers/invariants/long_fork.hpp"
#include "checkers/invariants/monotonic.hpp"
#include "checkers/invariants/set_full.hpp"
#include "checkers/invariants/total_queue.hpp"
#include "checkers/invariants/unique_ids.hpp"

namespace faultrig {
namespace {

using Maker = std::unique_ptr<Checker> (*)(Promise);

struct Entry {
  InvariantDescription description;
  Maker make;
};

const std::vector<Entry>& table() {
  static const std::vector<Entry> entries = {
      {{"set-full", "no element is lost, stale or shown twice: add, read"},
       [](Promise promise) {
         return make_set_full_checker({.linearizable = promise == Promise::linearizable});
       }},
      {{"total-queue", "what goes in comes out once: enqueue, dequeue, drain"},
       [](Promise) { return make_total_queue_checker(); }},
      {{"counter", "reads show a sum that is possible: add, increment, decrement, read"},
       [](Promise promise) {
         return make_counter_bounds_checker({.eventual = promise == Promise::eventual});
       }},
      {{"unique-ids", "no id is given out twice: generate"},
       [](Promise) { return make_unique_ids_checker(); }},
      {{"monotonic", "what is read never goes back: read, get"},
       [](Promise promise) {
         return make_monotonic_checker({.real_time = promise == Promise::linearizable});
       }},
      {{"long-fork", "no two reads see two writes in opposite orders: txn, read, write"},
       [](Promise) { return make_long_fork_checker(); }},
      {{"convergence", "final reads agree, key by key: read \"final\""},
       [](Promise) { return make_convergence_checker(); }},
      {{"deleted", "what was deleted does not come back: write, delete, read"},
       [](Promise promise) {
         return make_deleted_checker({.linearizable = promise == Promise::linearizable});
       }},
  };
  return entries;
}

}  // namespace

const std::vector<InvariantDescription>& invariant_catalog() {
  static const std::vector<InvariantDescription> catalog = [] {
    std::vector<InvariantDescription> all;
    for (const Entry& entry : table()) all.push_back(entry.description);
    return all;
  }();
  return catalog;
}

std::unique_ptr<Checker> make_invariant_checker(std::string_view name, Promise promise) {
  std::string spelled(name);
  std::replace(spelled.begin(), spelled.end(), '_', '-');
  for (const Entry& entry : table()) {
    if (entry.description.name == spelled) return entry.make(promise);
  }
  return nullptr;
}

}  // namespace faultrig
