// The operations of workload `delete`: every worker writes keys of its own, deletes each after a
// while until that is acknowledged, and never writes it again; everybody reads the keys of all,
// deleted ones included.
//
// Cost: an offer copies the live keys; O(workers * keys).
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "harness/generator.hpp"
#include "workloads/parts.hpp"
#include "workloads/register_load.hpp"

namespace faultrig {

struct DeleteLoadOptions {
  int keys = 3;  // of each worker, live at a time
  std::uint64_t write_weight = 3, read_weight = 4, delete_weight = 1;
};

// Endless; by any client worker, as fast as asked. Every value is new.
GeneratorPtr delete_load(const DeleteLoadOptions& options, std::shared_ptr<UsedKeys> used);

}  // namespace faultrig
