// What a run keeps an eye on while it drives clients: trace lines, nodes that die by themselves,
// the progress display, and whoever may want it to stop. The driver asks it many times a second;
// it looks no more often than it must.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "harness/history_recorder.hpp"
#include "harness/run.hpp"

namespace faultrig {

class RunWatch {
 public:
  // All borrowed; `record` gets the deaths, how the clocks were wrong, and what went wrong; `note`
  // is told of the clocks too.
  RunWatch(RunParts& parts, const RunCallbacks& callbacks, RunRecord& record,
           std::function<void(const ClockReading&)> note)
      : parts_(parts), callbacks_(callbacks), record_(record), note_(std::move(note)) {}

  void begin_phase(std::string name, Time ends);
  // For Driver::drive: why to stop, or "". Never throws EnvironmentError; it becomes the reason.
  std::string look(const HistoryRecorder* history);
  // Everything at once, whenever it was last looked at; for the end of a phase.
  void look_at_everything();
  void look_at_trace();
  // For the main phase: why to stop or why no more is needed, or "".
  std::string look_for_enough(const HistoryRecorder* history);
  // Why the run is to end early; "" while it goes on.
  const std::string& stopped() const { return stopped_; }
  // The machine refused something: the first such error ends the run, later ones are warnings.
  void note(const EnvironmentError& error);

 private:
  void poll_trace();
  void poll_deaths();
  void poll_clocks();
  void show_progress(const HistoryRecorder* history);
  bool is_held_down(const NodeName& node) const;

  RunParts& parts_;
  const RunCallbacks& callbacks_;
  RunRecord& record_;
  std::function<void(const ClockReading&)> note_;
  std::string phase_;
  Time phase_ends_{};
  std::string stopped_;
  Time next_trace_{};
  Time next_deaths_{};
  Time next_progress_{};
  Time next_clocks_{}, next_reading_{};
  std::pair<std::size_t, std::size_t> clock_faults_;  // begun, ended; when last read
  std::map<NodeName, NodeState> last_state_;
  std::int64_t ok_ = 0;
  std::int64_t fail_ = 0;
  std::int64_t info_ = 0;
};

}  // namespace faultrig
