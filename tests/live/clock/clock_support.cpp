#include "tests/live/clock/clock_support.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace faultrig::live {

namespace fs = std::filesystem;

ClockRig::ClockRig(std::vector<std::string> command) {
  log = Descriptor(
      ::open((folder.path() / "log.txt").c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
  program.name = "n1";
  program.command = std::move(command);
  program.folder = folder.path().string();
  program.visible = {folder.path().string(), FAULTRIG_SOURCE_DIR, FAULTRIG_BINARY_DIR};
  program.clock = clock.descriptor();
  program.log = log.get();
}

std::string ClockRig::output() const {
  std::ifstream file(folder.path() / "log.txt");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::optional<long> ClockRig::last_said() const {
  const std::string text = output();
  const std::size_t end = text.rfind('\n');
  if (end == std::string::npos) return std::nullopt;
  const std::size_t before = end == 0 ? std::string::npos : text.rfind('\n', end - 1);
  const std::size_t start = before == std::string::npos ? 0 : before + 1;
  try {
    return std::stol(text.substr(start, end - start));
  } catch (const std::exception&) {
    return std::nullopt;
  }
}

bool ClockRig::await_said(long least, long most) const {
  return await([&] {
    const std::optional<long> said = last_said();
    return said && *said >= least && *said <= most;
  });
}

std::string ClockRig::complaint() const {
  std::istringstream lines(output());
  for (std::string line; std::getline(lines, line);)
    if (line.find_first_not_of("-0123456789") != std::string::npos) return line;
  return "";
}

std::string built_probe(const std::string& name) {
  const fs::path path = fs::path(FAULTRIG_BINARY_DIR) / "probes" / name;
  return fs::exists(path) ? path.string() : "";
}

std::string probe_source(const std::string& name) {
  return (fs::path(FAULTRIG_SOURCE_DIR) / "tests/live/clock/probes" / name).string();
}

bool has_command(const std::string& name) {
  return std::system(("command -v " + name + " > /dev/null 2>&1").c_str()) == 0;
}

}  // namespace faultrig::live
