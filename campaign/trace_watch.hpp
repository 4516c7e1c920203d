// The trace invariants of a bundled target over one run: told every line that its nodes write, and
// when they are left alone at the end.
//
// The run waits for what must end by itself, which costs nothing where it has ended; a machine that
// is slow for a moment is no defect of a target.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "harness/manifest.hpp"
#include "harness/node/trace_observer.hpp"
#include "harness/run.hpp"
#include "harness/run_record.hpp"

namespace faultrig {

class TraceWatch {
 public:
  // `parts` is what the run will be given; borrowed, with all that is in it. Watches nothing where
  // the target has no trace invariants.
  TraceWatch(const TargetManifest& manifest, RunParts& parts);
  TraceWatch(const TraceWatch&) = delete;
  TraceWatch& operator=(const TraceWatch&) = delete;

  // When the run has ended: what was broken, and how much there was to see.
  void note_in(RunRecord& record);

 private:
  void on_event(const TraceEvent& event);
  bool is_settled();
  bool all_run();
  void note_violations(const NodeName& node);

  std::unique_ptr<TraceObserver> observer_;
  Cluster& cluster_;
  Driver& driver_;
  TraceContinuity continuity_;
  std::vector<BrokenInvariant> broken_;
  bool is_left_alone_ = false;
  bool is_judged_ = false;  // all ran when they were left alone
};

}  // namespace faultrig
