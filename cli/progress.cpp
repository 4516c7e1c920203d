#include "cli/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

namespace faultrig {
namespace {

double seconds(Time time) { return std::chrono::duration<double>(time).count(); }

// Of the terminal just now; a line that wraps could not be rewritten.
std::size_t columns() {
  constexpr std::size_t usual = 80;
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1;
  return is_known ? size.ws_col : usual;
}

}  // namespace

std::string progress_line(const RunProgress& progress) {
  std::string line = fmt::format("{:<12} {:5.1f} s", progress.phase, seconds(progress.now));
  if (progress.phase_ends > Time::zero()) {
    line += fmt::format(" of {:.1f} s", seconds(progress.phase_ends));
  }
  line += fmt::format("  ok {}  fail {}  info {}", progress.ok, progress.fail, progress.info);
  if (!progress.faults.empty()) line += fmt::format("  [{}]", fmt::join(progress.faults, ", "));
  return line;
}

void ProgressDisplay::show(const RunProgress& progress) {
  const bool new_phase = progress.phase != phase_;
  phase_ = progress.phase;
  switch (style_) {
    case Style::none:
      return;
    case Style::live:
      // Return, the text cut to one row, and "erase to the end of the line" (ECMA-48 EL).
      fmt::print(stderr, "\r{:.{}}\x1b[K", progress_line(progress), columns() - 1);
      live_line_ = true;
      break;
    case Style::lines:
      if (!new_phase && progress.now < next_line_) return;
      fmt::print(stderr, "{}\n", progress_line(progress));
      next_line_ = progress.now + std::chrono::seconds(10);
      break;
  }
  std::fflush(stderr);
}

void ProgressDisplay::finish() {
  if (!live_line_) return;
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
  live_line_ = false;
}

}  // namespace faultrig
