// What an agent changes on its host beside processes, and how it is undone by whoever is left.
//
// Whoever undoes needs no memory of what was done: the table's name, the folder's and the shared
// clock page say all of it, and doing it twice does no harm.
#pragma once

#include <filesystem>
#include <string>

#include "harness/live/agent/host_clock.hpp"

namespace faultrig::live {

// A file in the folder: an agent has taken it over, and will remove it.
inline constexpr const char* agent_mark = "agent.pid";

struct AgentPlace {
  std::filesystem::path folder;  // the run's own; removed at the end
  std::string table;             // the run's own in nftables
  bool keep_folder = false;
  bool disposable = false;  // the host may be spoilt: its clock may be set
};

// Puts the clock right, drops the table and the queues, removes the folder. Never throws.
void undo_everything(const AgentPlace& place, ClockState& clock);

// Runs `serve` in a child and waits for it and for everything it leaves behind; then undoes
// everything, so that an agent that was killed leaves nothing. Returns what `serve` returned. Call
// before any thread exists.
int run_watched(const AgentPlace& place, int (*serve)(const AgentPlace&, ClockState&));

}  // namespace faultrig::live
