// The last phase of a workload: every client worker does a list of operations, one after the other,
// each again and again until it is done, with a pause after one that was not ok; ends when all are
// done, or when its patience is over.
//
// Cost: an offer copies a few words for each worker.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "harness/generator.hpp"
#include "harness/generators/basics.hpp"

namespace faultrig {

struct FinalPhase {
  // Of the client worker at `place` of `workers`; asked when the phase begins.
  std::function<std::vector<OperationSpec>(std::size_t place, std::size_t workers)> steps;
  // Whether this completion, which is ok, ends its step; by default it does.
  std::function<bool(const Event&)> is_done = [](const Event&) { return true; };
  Duration quiet{};     // before the first operation, for replicas to agree
  Duration patience{};  // from then on
};

GeneratorPtr final_operations(FinalPhase phase);
// Every client does this operation until it is ok, at once and for as long as it is let.
GeneratorPtr probe_with(OperationSpec operation);

}  // namespace faultrig
