// The program `bank_2pc`: one node on its own address, run by targets/host.
#include <fmt/format.h>

#include <cstdio>

#include "harness/errors.hpp"
#include "targets/bank_2pc/bank_node.hpp"
#include "targets/host/flags.hpp"
#include "targets/host/host.hpp"

namespace faultrig::bank_2pc {
namespace {

std::vector<host::Flag> known_flags() {
  std::vector<host::Flag> flags = {
      {"node", "NAME", "this node's name", true},
      {"peers", "NAME=ADDRESS:PORT,...", "all nodes, this one included", true},
      {"data", "DIR", "folder for what must survive; made when missing", true},
      {"trace", "FILE", "append trace lines to this file", false},
      {"seed", "N", "seed of the pauses before a transaction is tried again (0)", false},
      {"bugs", "NAME,...", "planted bugs to switch on", false},
  };
  const BankConfig defaults;
  for (const ConfigOption& option : config_options()) {
    flags.push_back(
        {option.name, "N", fmt::format("{} ({})", option.help, defaults.*option.member), false});
  }
  return flags;
}

void print_help() {
  fmt::print(
      "usage: bank_2pc --node NAME --peers NAME=ADDRESS:PORT,... --data DIR [flags]\n\n"
      "One node of a bank over several nodes: two-phase commit, one JSON message a line over "
      "TCP.\n\n{}\n"
      "planted bugs:\n",
      host::help_of(known_flags()));
  for (const BugInfo& bug : all_bugs()) fmt::print("  {:<34} {}\n", bug.name, bug.summary);
}

int run(const std::vector<std::string>& arguments) {
  const host::Flags flags(known_flags(), arguments);
  if (flags.wants_help()) {
    print_help();
    return 0;
  }
  BankConfig config;
  for (const ConfigOption& option : config_options()) {
    config.*option.member =
        flags.integer(option.name, config.*option.member, option.low, option.high);
  }
  check_config(config);
  host::HostOptions options;
  options.self = flags.text("node");
  options.peers = flags.peers("peers");
  if (!options.peers.contains(options.self)) {
    throw UsageError(fmt::format("`--node {}` is not among `--peers`", options.self));
  }
  options.data_folder = flags.text("data");
  options.trace_file = flags.text("trace");
  options.seed = static_cast<std::uint64_t>(flags.integer("seed", 0, INT64_MIN, INT64_MAX));
  const BugSet bugs = parse_bugs(flags.text("bugs"));
  return host::run_host(std::make_unique<BankNode>(config, bugs), options);
}

}  // namespace
}  // namespace faultrig::bank_2pc

int main(int argc, char** argv) {
  try {
    return faultrig::bank_2pc::run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const faultrig::UsageError& error) {
    fmt::print(stderr, "bank_2pc: {}\n", error.what());
    return 2;
  }
}
