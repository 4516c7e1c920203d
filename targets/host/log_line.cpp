#include "targets/host/log_line.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

namespace faultrig::host {

void log_line(std::string_view node, std::string_view text) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  const std::string line =
      fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z {} {}\n", fmt::gmtime(milliseconds / 1000),
                  milliseconds % 1000, node, text);
  // Nobody to tell when even this fails.
  if (::write(STDERR_FILENO, line.data(), line.size()) < 0) return;
}

}  // namespace faultrig::host
