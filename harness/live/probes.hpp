// Can this machine run the local backend? Found out by doing it and undoing it, not by versions.
// For `faultrig doctor`.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace faultrig::live {

struct Probe {
  std::string name;  // "tun device"
  bool ok = false;
  std::string why;          // it is missing; for some that are ok what was found
  std::string remedy;       // the one command that fixes it; empty when there is none
  std::string lost;         // what cannot be done without it; "" when nothing is lost
  bool is_required = true;  // without it nothing runs
};

// Call before any thread exists. Takes some tens of milliseconds. Never throws for what the machine
// lacks.
std::vector<Probe> probe_machine(const std::filesystem::path& runs);

}  // namespace faultrig::live
