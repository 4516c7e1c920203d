#include "harness/live/spawn/process_list.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>

#include <cctype>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "harness/live/switch/descriptor.hpp"

namespace faultrig::live {
namespace {

std::vector<std::string> numbered_entries(int parent, const std::string& path) {
  std::vector<std::string> names;
  Descriptor folder(::openat(parent, path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return names;  // the process ended meanwhile
  const std::unique_ptr<DIR, int (*)(DIR*)> list(::fdopendir(folder.release()), ::closedir);
  while (const dirent* entry = ::readdir(list.get()))
    if (std::isdigit(static_cast<unsigned char>(entry->d_name[0])))
      names.emplace_back(entry->d_name);
  return names;
}

// The state letter of proc(5); 'X' (dead) when the file is gone.
char state_of(int proc, const std::string& path) {
  const Descriptor file(::openat(proc, path.c_str(), O_RDONLY | O_CLOEXEC));
  char text[512];
  const ssize_t size = file.is_open() ? ::read(file.get(), text, sizeof text) : 0;
  if (size <= 0) return 'X';
  // The name, in parentheses, may contain anything; the last one ends it.
  const std::string_view line(text, static_cast<std::size_t>(size));
  const std::size_t end = line.rfind(')');
  return end == std::string_view::npos || end + 2 >= line.size() ? 'X' : line[end + 2];
}

bool is_dead(char state) { return state == 'Z' || state == 'X' || state == 'x'; }
bool is_stopped(char state) { return state == 'T' || state == 't'; }
bool is_held(char state) { return is_stopped(state) || state == 'D' || is_dead(state); }

}  // namespace

ProcessCounts count_processes(int proc) {
  ProcessCounts counts;
  for (const std::string& process : numbered_entries(proc, ".")) {
    if (process == "1" || is_dead(state_of(proc, process + "/stat"))) continue;
    ++counts.alive;
    bool held = true;
    bool stopped = false;
    for (const std::string& thread : numbered_entries(proc, process + "/task")) {
      const char state = state_of(proc, fmt::format("{}/task/{}/stat", process, thread));
      held = held && is_held(state);
      stopped = stopped || is_stopped(state);
    }
    if (held) ++counts.held;
    if (stopped) ++counts.stopped;
  }
  return counts;
}

}  // namespace faultrig::live
