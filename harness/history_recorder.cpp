#include "harness/history_recorder.hpp"

#include "checkers/history/jsonl.hpp"

namespace faultrig {

void HistoryRecorder::append(const std::string& line) {
  try {
    file_->append(line);
  } catch (const EnvironmentError& error) {
    failure_ = error;
  }
}

void HistoryRecorder::write(const Event& event) {
  if (failure_) return;
  if (file_) append(to_json_line(event));
  if (failure_) return;
  count(event);
  if (on_event_) on_event_(event);
}

void HistoryRecorder::note(Time time, std::string_view f, const Value& value) {
  if (file_ && !failure_) append(to_json_line(time, f, value));
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
