// Writes the history of a run to its file as it happens, and keeps the figures that a progress
// display and the run record want. A write that the machine refuses must not unwind through a
// driver's event loop: it is remembered, and the run asks for it.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "checkers/history/event.hpp"
#include "harness/errors.hpp"
#include "harness/store.hpp"

namespace faultrig {

class HistoryRecorder {
 public:
  // Where there is no path nothing is stored. `on_event` may be empty. Throws EnvironmentError.
  HistoryRecorder(const std::optional<std::filesystem::path>& path,
                  std::function<void(const Event&)> on_event)
      : on_event_(std::move(on_event)) {
    if (path) file_.emplace(*path);
  }

  // After a failure nothing more is written, so that the file stays a prefix of the history.
  void write(const Event& event);
  // A line of the nemesis among the events.
  void note(Time time, std::string_view f, const Value& value);
  const std::optional<EnvironmentError>& failure() const { return failure_; }

  // From now on the next ok is the first.
  void expect_ok() {
    expects_ok_ = true;
    first_ok_.reset();
  }
  const std::optional<Time>& first_ok() const { return first_ok_; }

  std::int64_t ok() const { return ok_; }
  std::int64_t fail() const { return fail_; }
  std::int64_t info() const { return info_; }

 private:
  void append(const std::string& line);
  void count(const Event& event);

  std::optional<LineFile> file_;
  std::function<void(const Event&)> on_event_;
  std::optional<EnvironmentError> failure_;
  bool expects_ok_ = false;
  std::optional<Time> first_ok_;
  std::int64_t ok_ = 0;
  std::int64_t fail_ = 0;
  std::int64_t info_ = 0;
};

}  // namespace faultrig
