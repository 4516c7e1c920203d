// The operations of workload `register`: a main phase over a few live keys at a time, each retired
// after a number of operations, so that no key's history gets long; and final reads of the keys
// that are live at the end.
//
// Cost: an offer copies the live keys; O(live keys).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/generator.hpp"
#include "harness/plan.hpp"

namespace faultrig {

struct RegisterLoadOptions {
  int keys = 5;  // live at a time
  int operations_per_key = 250;
  bool distinct = true;     // every write and cas to a key carries a new value
  std::int64_t values = 5;  // when not distinct: drawn from 1 ... values
  std::uint64_t read_weight = 1, write_weight = 2, cas_weight = 1;  // of who does not only read
  int readers = 0;  // workers 0 ... readers - 1 only read
};

// The keys there were when the last operation of the main phase was invoked. The one thing that
// flows from the main generator to the final one, which is made before the run: written only for
// events that happened, so a repeated run sees the same.
struct UsedKeys {
  std::vector<std::int64_t> live;
  std::int64_t begun = 0;  // keys 0 ... begun - 1 were live at some time
};

// Endless; by any client worker, as fast as asked.
GeneratorPtr register_load(const RegisterLoadOptions& options, std::shared_ptr<UsedKeys> used);

// Every client worker reads every live key, and its share of the retired ones, until that read is
// ok, with a pause after one that is not; ends when all are done, or `patience` after it was first
// asked. `mark` is the input of the reads.
GeneratorPtr register_final_reads(std::shared_ptr<const UsedKeys> used, Duration patience,
                                  const Value& mark = Value());

// Final reads of keys 0 ... keys - 1, or of those that the plan's script names, where the target
// promises that its nodes come to agree. The first round shows that clients are served, also
// without a minority; what it sees may be old. Then there is time for what the target promises, and
// the reads of the second round are marked as final. Without such a promise there is only the
// first.
GeneratorPtr reads_after_agreement(int keys, const RunPlan& plan);

}  // namespace faultrig
