// What a person waits for: `faultrig run --plan raft_kv/demo` from its start to its report, and the
// time a healed cluster needs to answer again. Runs the built program beside this one, as a user
// would.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "checkers/history/json.hpp"

namespace {

namespace fs = std::filesystem;
using faultrig::Value;

std::string content_of(const fs::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

struct Outcome {
  int exit_code;
  double wall_seconds;
  Value record;   // run.json
  Value verdict;  // verdict.json
};

Outcome run_faultrig(const fs::path& folder, const std::string& arguments) {
  const fs::path program = fs::read_symlink("/proc/self/exe").parent_path() / "faultrig";
  const std::string command = fmt::format("{} run --quiet --runs {} {} >/dev/null",
                                          program.string(), folder.string(), arguments);
  const auto start = std::chrono::steady_clock::now();
  const int status = std::system(command.c_str());
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  const fs::path latest = folder / "latest";
  return {WEXITSTATUS(status), wall.count(), faultrig::parse_json(content_of(latest / "run.json")),
          faultrig::parse_json(content_of(latest / "verdict.json"))};
}

double seconds_between(const Value& record, const char* from, const char* to) {
  return static_cast<double>(record.integer_or(to, 0) - record.integer_or(from, 0)) / 1e9;
}

void bench_demo(const fs::path& folder) {
  const Outcome demo = run_faultrig(folder, "--plan raft_kv/demo");
  const Value* costs = demo.record.find("costs");
  fmt::print("demo: exit {}, {:.1f} s in all\n", demo.exit_code, demo.wall_seconds);
  if (costs == nullptr) return;
  fmt::print("  first client operation     {:6.3f} s after the start of the program (target 1 s)\n",
             static_cast<double>(costs->integer_or("first_operation_ns", 0)) / 1e9);
  fmt::print("  operations judged          {:6}   (target 5000)\n",
             costs->integer_or("operations", 0));
  fmt::print("  judging                    {:6.3f} s (target 1 s)\n",
             static_cast<double>(costs->integer_or("judging_ns", 0)) / 1e9);
  fmt::print("  report                     {:6.3f} s (target 1 s)\n",
             static_cast<double>(costs->integer_or("reporting_ns", 0)) / 1e9);
}

// Scripted five-second partitions that the end of the main phase heals. In the last nobody has a
// majority, so that even the first success needs an election over links that were just healed.
void bench_recovery(const fs::path& folder) {
  struct Partition {
    const char* name;
    std::vector<const char*> steps;  // fault and targets, in TOML
  };
  const Partition partitions[] = {{"the leader alone", {"fault = \"partition-leader\""}},
                                  {"halves", {"fault = \"partition-halves\""}},
                                  {"three of five nodes alone",
                                   {"fault = \"partition-one\"\ntargets = [\"n1\"]",
                                    "fault = \"partition-one\"\ntargets = [\"n2\"]",
                                    "fault = \"partition-one\"\ntargets = [\"n3\"]"}}};
  for (const Partition& partition : partitions) {
    std::string plan =
        "[run]\nname = \"recovery\"\ntarget = \"raft_kv\"\nduration_ms = 7000\n[nemesis]\n";
    for (const char* step : partition.steps) {
      plan += fmt::format("[[nemesis.script]]\nat_ms = 2000\nfor_ms = 5000\n{}\n", step);
    }
    const fs::path file = folder / "recovery.toml";
    std::ofstream(file) << plan;
    const Outcome run = run_faultrig(folder, "--plan " + file.string());
    fmt::print(
        "recovery after 5 s with {}: first success {:.3f} s after healing (target 2 s), "
        "exit {}\n",
        partition.name, seconds_between(run.record, "healed", "recovered"), run.exit_code);
  }
}

}  // namespace

int main() {
  std::string name = (fs::temp_directory_path() / "faultrig-bench-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) return 1;
  bench_demo(name);
  bench_recovery(name);
  fs::remove_all(name);
  return 0;
}
