// What the programs of the bundled targets share: the flags that every node has, the help text, and
// how they end. A target adds its own flags, the numbers of its configuration and its bugs.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/node/config_options.hpp"
#include "harness/node/node.hpp"
#include "harness/node/planted_bugs.hpp"
#include "targets/host/flags.hpp"

namespace faultrig::host {

struct Program {
  std::string name;                                       // "raft_kv"
  std::string summary;                                    // one sentence
  std::string seed_help;                                  // what the seed decides
  std::vector<Flag> flags;                                // of its own
  std::vector<std::pair<std::string, std::string>> bugs;  // name and summary
  // Of `nodes` in all. Throws UsageError.
  std::function<std::unique_ptr<Node>(const Flags& flags, std::size_t nodes)> make_node;
};

// `main`: runs a node until SIGTERM (0); 2 for wrong flags, said on standard error.
int run_program(const Program& program, int argc, char** argv);

template <typename Config>
void add_options(Program& program, const std::vector<ConfigOptionOf<Config>>& options) {
  const Config defaults;
  for (const auto& option : options) {
    program.flags.push_back(
        {option.name, "N", fmt::format("{} ({})", option.help, defaults.*option.member), false});
  }
}

template <typename Config>
Config read_options(const Flags& flags, const std::vector<ConfigOptionOf<Config>>& options) {
  Config config;
  for (const auto& option : options) {
    config.*option.member =
        flags.integer(option.name, config.*option.member, option.low, option.high);
  }
  return config;
}

template <typename Bug>
void add_bugs(Program& program, const std::vector<BugInfoOf<Bug>>& bugs) {
  for (const auto& bug : bugs) program.bugs.emplace_back(bug.name, bug.summary);
}

}  // namespace faultrig::host
