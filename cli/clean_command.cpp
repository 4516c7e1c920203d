// `faultrig clean`: looks at the undo journals of runs whose control process was killed, undoes
// what is left, and says so.
#include <fmt/format.h>

#include "cli/commands.hpp"
#include "harness/live/backends.hpp"
#include "harness/live/journal.hpp"

namespace faultrig {

ExitCode clean_command(const CleanFlags& flags) {
  const std::vector<live::Leftover> leftovers = live::clean_leftovers(flags.runs_folder);
  for (const live::Leftover& leftover : leftovers) {
    fmt::print("{}: {}\n", leftover.folder.string(), leftover.outcome);
    for (const std::string& made : leftover.found) fmt::print("  it had made {}\n", made);
  }
  bool found = !leftovers.empty();
  for (const live::Backend& backend : live::backends()) {
    if (backend.clean == nullptr) continue;
    for (const std::string& line : backend.clean()) {
      fmt::print("{}: {}\n", backend.name, line);
      found = true;
    }
  }
  if (!found) fmt::print("nothing to clean in {}\n", flags.runs_folder);
  return ExitCode::valid;
}

}  // namespace faultrig
