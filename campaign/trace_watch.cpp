#include "campaign/trace_watch.hpp"

#include <algorithm>
#include <utility>

#include "campaign/targets.hpp"

namespace faultrig {
namespace {

// Some hundred times what a target needs.
constexpr Duration longest_rest = std::chrono::seconds(10);

std::unique_ptr<TraceObserver> observer_of(const TargetManifest& manifest) {
  const SimulatedTarget* target = find_simulated_target(manifest.name);
  if (target == nullptr || !target->make_trace_observer) return nullptr;
  return target->make_trace_observer();
}

}  // namespace

TraceWatch::TraceWatch(const TargetManifest& manifest, RunParts& parts)
    : observer_(observer_of(manifest)), cluster_(parts.cluster), driver_(parts.driver) {
  if (observer_ == nullptr) return;
  parts.on_trace = [this, told = std::move(parts.on_trace)](const TraceEvent& event) {
    if (told) told(event);
    on_event(event);
  };
  parts.rest = longest_rest;
  parts.has_settled = [this] { return is_settled(); };
  parts.at_rest = [this] {
    if (!is_judged_ || !all_run()) return;
    observer_->at_rest();
    note_violations("");
  };
}

void TraceWatch::on_event(const TraceEvent& event) {
  continuity_.take(event);
  observer_->on_event(event);
  note_violations(event.node);
}

bool TraceWatch::is_settled() {
  if (!is_left_alone_) {
    is_left_alone_ = true;
    is_judged_ = all_run();
    observer_->left_alone();
  }
  return !is_judged_ || observer_->unfinished().empty();
}

bool TraceWatch::all_run() {
  const auto& nodes = cluster_.nodes();
  return std::all_of(nodes.begin(), nodes.end(), [this](const NodeName& node) {
    return cluster_.status(node).state == NodeState::running;
  });
}

void TraceWatch::note_violations(const NodeName& node) {
  const std::vector<Violation>& seen = observer_->violations();
  for (std::size_t i = broken_.size(); i < seen.size(); ++i) {
    broken_.push_back(
        {seen[i].property, seen[i].what, seen[i].circumstances, driver_.now(), node, 0});
  }
}

void TraceWatch::note_in(RunRecord& record) {
  if (observer_ == nullptr || continuity_.lines() == 0) return;
  // A machine that refused something may have kept nodes from writing their trace.
  if (record.environment_error.empty()) observer_->finish();
  note_violations("");
  record.broken_invariants = broken_;
  record.traces = TraceRecord{continuity_.lines(), continuity_.with_gaps()};
}

}  // namespace faultrig
