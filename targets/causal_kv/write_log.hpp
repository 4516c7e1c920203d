// The writes of a node in the order in which it took them, own and delivered ones: an order that
// never puts a write before one that it comes after. So every beginning of it is complete in
// itself, on the disk as much as in the answer to a peer.
//
// The log is kept whole: what a peer lacks can be told from its clock alone, however long it was
// away. Memory is linear in the writes ever made.
#pragma once

#include <cstddef>
#include <vector>

#include "targets/causal_kv/write.hpp"

namespace faultrig::causal_kv {

struct BatchLimits {
  std::size_t writes = 256;
  std::size_t bytes = 512 * 1024;
};

struct MissingWrites {
  std::vector<SharedWrite> writes;  // in the order of the log
  bool more = false;                // there are others, which did not fit
};

class WriteLog {
 public:
  WriteLog() = default;
  explicit WriteLog(std::size_t nodes) : clock_(nodes), places_(nodes) {}

  void append(SharedWrite write);
  std::size_t size() const { return writes_.size(); }
  const SharedWrite& at(std::size_t place) const { return writes_[place]; }

  // What is in the log.
  const VectorClock& clock() const { return clock_; }
  bool has(const Write& write) const { return write.sequence <= clock_[write.origin]; }
  // The latest stamp there is; 0 in an empty log.
  Stamp latest_stamp() const { return latest_stamp_; }
  // Counts as if all of `clock` were there.
  void claim(const VectorClock& clock) { clock_.raise(clock); }

  // Of the first `end` writes those that a peer with this clock lacks, at most a batch. Cost:
  // O(nodes log writes), and the part of the log from the first of them on.
  MissingWrites missing(const VectorClock& known, std::size_t end, const BatchLimits& limits) const;

 private:
  struct Place {
    Sequence sequence = 0;
    std::size_t at = 0;
  };
  std::size_t first_missing(const VectorClock& known) const;

  std::vector<SharedWrite> writes_;
  VectorClock clock_;
  Stamp latest_stamp_ = 0;
  std::vector<std::vector<Place>> places_;  // of each node's writes, ascending
};

}  // namespace faultrig::causal_kv
