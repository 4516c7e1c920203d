// Deleted stays deleted: registers that are written and deleted, and values that come back.
//
// Operations: write (put), delete, read (get); nil is no value. A read may show no value of which
// every write had ended, ok, before a deletion began that was acknowledged before the read began; a
// write that is unknown, or overlaps the deletion or comes after it, explains its value. Nor may it
// show a value that had been written by then, and that an earlier read did not find; but an unknown
// deletion may just have reached the one who was asked first. Nor one that nobody wrote.
// Eventual (the default) judges final reads only: what replicas show before that may be old. With
// `linearizable` every read is judged, and an unknown deletion is done once it was seen.
//
// Source: scylla#8970; Riak, deletions and tombstones. Cost: O(n log n).
#pragma once

#include <memory>

#include "checkers/checker.hpp"

namespace faultrig {

struct DeletedOptions {
  bool linearizable = false;
};

std::unique_ptr<Checker> make_deleted_checker(const DeletedOptions& options = {});

}  // namespace faultrig
