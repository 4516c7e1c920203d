// The undo journal: what a run made in the world outside its folder, so that `faultrig clean` can
// tell what a killed control process left behind.
//
// journal.jsonl in the run folder: one "open" line with the launcher's identity, a "made" line
// before each thing is made, a "closed" line at the end. A local run makes nothing that outlives
// its sandbox, so its journal only has to say which launcher it was.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "harness/store.hpp"

namespace faultrig::live {

// A process beyond doubt: pids are used again, also after a reboot.
struct ProcessIdentity {
  pid_t pid = 0;
  std::uint64_t started = 0;  // clock ticks since boot; 0 when there is no such process
  std::string boot;           // the kernel's boot id

  friend bool operator==(const ProcessIdentity&, const ProcessIdentity&) = default;
};
// Take the launcher's before run_in_sandbox: inside, pids are others.
ProcessIdentity identity_of(pid_t pid);

class UndoJournal {
 public:
  // Writes the "open" line. Throws EnvironmentError.
  UndoJournal(const RunFolder& folder, const ProcessIdentity& launcher);
  ~UndoJournal();  // closes; a journal that cannot be written stays open, which only costs a line
  UndoJournal(const UndoJournal&) = delete;
  UndoJournal& operator=(const UndoJournal&) = delete;
  // Call before making it.
  void note(const std::string& what);

 private:
  LineFile file_;
};

// One run folder whose journal was open.
struct Leftover {
  std::filesystem::path folder;
  bool is_running = false;  // its launcher lives: left alone
  pid_t launcher = 0;
  std::vector<std::string> found;  // what had been made
  std::string outcome;             // for people
};
// Looks into every run below `runs` and closes the journals of those whose launcher is gone (its
// namespaces, devices and processes went with it). Call outside a sandbox. Empty when there is no
// such folder. Throws EnvironmentError when a journal cannot be written.
std::vector<Leftover> clean_leftovers(const std::filesystem::path& runs);

}  // namespace faultrig::live
