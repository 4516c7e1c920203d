// `faultrig doctor`: tries everything a local run needs, by doing it; each line says ok or missing,
// why, the one command that fixes it and what is lost without it.
#include <fmt/format.h>

#include "cli/bundled.hpp"
#include "cli/commands.hpp"
#include "harness/live/backends.hpp"
#include "harness/live/probes.hpp"

namespace faultrig {

ExitCode doctor_command(const DoctorFlags& flags) {
  bool all_well = true;
  std::vector<live::Probe> probes = live::probe_machine(flags.runs_folder);
  for (const live::Backend& backend : live::backends()) {
    if (backend.probe == nullptr) continue;
    for (live::Probe& probe : backend.probe(programs_folder())) probes.push_back(std::move(probe));
  }
  for (const live::Probe& probe : probes) {
    fmt::print("{:<8} {}\n", probe.ok ? "ok" : "missing", probe.name);
    if (probe.ok) continue;
    if (!probe.why.empty()) fmt::print("         why:  {}\n", probe.why);
    if (!probe.remedy.empty()) fmt::print("         fix:  {}\n", probe.remedy);
    if (!probe.lost.empty()) fmt::print("         lost: {}\n", probe.lost);
    all_well = all_well && !probe.is_required;
  }
  fmt::print("{}\n", all_well ? "this machine can run `faultrig run raft_kv`"
                              : "this machine cannot run the local backend yet");
  return all_well ? ExitCode::valid : ExitCode::environment;
}

}  // namespace faultrig
