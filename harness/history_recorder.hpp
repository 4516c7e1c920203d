// Writes the history of a run to its file as it happens, and keeps the figures that a progress
// display and the run record want. A write that the machine refuses must not unwind through a
// driver's event loop: it is remembered, and the run asks for it.
#pragma once

#include <filesystem>
#include <optional>

#include "checkers/history/event.hpp"
#include "harness/errors.hpp"
#include "harness/store.hpp"

namespace faultrig {

class HistoryRecorder {
 public:
  // Throws EnvironmentError.
  explicit HistoryRecorder(const std::filesystem::path& path) : file_(path) {}

  // After a failure nothing more is written, so that the file stays a prefix of the history.
  void write(const Event& event);
  const std::optional<EnvironmentError>& failure() const { return failure_; }

  // From now on the first ok is the recovery.
  void expect_recovery() { expects_recovery_ = true; }
  const std::optional<Time>& recovered() const { return recovered_; }

  std::int64_t ok() const { return ok_; }
  std::int64_t fail() const { return fail_; }
  std::int64_t info() const { return info_; }

 private:
  void count(const Event& event);

  LineFile file_;
  std::optional<EnvironmentError> failure_;
  bool expects_recovery_ = false;
  std::optional<Time> recovered_;
  std::int64_t ok_ = 0;
  std::int64_t fail_ = 0;
  std::int64_t info_ = 0;
};

}  // namespace faultrig
