#include "harness/history_recorder.hpp"

#include "checkers/history/jsonl.hpp"

namespace faultrig {

void HistoryRecorder::write(const Event& event) {
  if (failure_) return;
  try {
    if (file_) file_->append(to_json_line(event));
  } catch (const EnvironmentError& error) {
    failure_ = error;
    return;
  }
  count(event);
  if (on_event_) on_event_(event);
}

void HistoryRecorder::count(const Event& event) {
  switch (event.type) {
    case EventType::invoke:
      return;
    case EventType::ok:
      ++ok_;
      if (expects_ok_ && !first_ok_) first_ok_ = event.time;
      return;
    case EventType::fail:
      ++fail_;
      return;
    case EventType::info:
      ++info_;
      return;
  }
}

}  // namespace faultrig
