#include "harness/live/journal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "checkers/history/json.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

std::string boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  file >> id;
  return id;
}

// What a journal says; `is_open` is false for a journal that was closed or never began.
struct JournalContent {
  bool is_open = false;
  ProcessIdentity launcher;
  std::vector<std::string> made;
};

JournalContent read_journal(const fs::path& path) {
  JournalContent content;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    try {
      const Value value = parse_json(line);
      const std::string event = value.string_or("event", "");
      if (event == "open") {
        content.is_open = true;
        content.launcher.pid = static_cast<pid_t>(value.integer_or("pid", 0));
        content.launcher.started = static_cast<std::uint64_t>(value.integer_or("started", 0));
        content.launcher.boot = value.string_or("boot", "");
      } else if (event == "made") {
        content.made.push_back(value.string_or("what", ""));
      } else if (event == "closed") {
        content.is_open = false;
      }
    } catch (const JsonError&) {  // the line a killed process was writing
    }
  }
  return content;
}

bool is_alive(const ProcessIdentity& process) {
  return process.started != 0 && identity_of(process.pid) == process;
}

std::vector<fs::path> run_folders(const fs::path& runs) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(runs, error))
    if (!entry.is_symlink() && fs::exists(entry.path() / "journal.jsonl"))
      folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace

ProcessIdentity identity_of(pid_t pid) {
  ProcessIdentity identity{pid, 0, boot_id()};
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::string line;
  std::getline(file, line);
  const std::size_t end = line.rfind(')');  // of the name, which may contain anything
  if (end == std::string::npos) return identity;
  // proc_pid_stat(5): the state is field 3, the start time field 22.
  std::istringstream fields(line.substr(end + 2));
  std::string field;
  for (int number = 3; number <= 22; ++number) fields >> field;
  identity.started = std::stoull(field);
  return identity;
}

UndoJournal::UndoJournal(const RunFolder& folder, const ProcessIdentity& launcher)
    : file_(folder.file("journal.jsonl")) {
  file_.append(to_json(Value::map({{"event", "open"},
                                   {"pid", launcher.pid},
                                   {"started", launcher.started},
                                   {"boot", launcher.boot}})));
}

UndoJournal::~UndoJournal() {
  try {
    file_.append(to_json(Value::map({{"event", "closed"}})));
  } catch (const std::exception&) {
  }
}

void UndoJournal::note(const std::string& what) {
  file_.append(to_json(Value::map({{"event", "made"}, {"what", what}})));
}

std::vector<Leftover> clean_leftovers(const fs::path& runs) {
  std::vector<Leftover> leftovers;
  for (const fs::path& folder : run_folders(runs)) {
    JournalContent journal = read_journal(folder / "journal.jsonl");
    if (!journal.is_open) continue;
    Leftover leftover{folder, is_alive(journal.launcher), journal.launcher.pid,
                      std::move(journal.made), ""};
    if (leftover.is_running) {
      leftover.outcome = fmt::format("still running as process {}; left alone", leftover.launcher);
    } else {
      leftover.outcome = fmt::format(
          "process {} is gone, and with it its namespaces, devices and processes, on other hosts "
          "by their agents",
          leftover.launcher);
      // A line of its own, whatever the killed process had begun to write.
      LineFile file(folder / "journal.jsonl");
      file.append("");
      file.append(to_json(Value::map({{"event", "closed"}, {"by", "faultrig clean"}})));
    }
    leftovers.push_back(std::move(leftover));
  }
  return leftovers;
}

}  // namespace faultrig::live
