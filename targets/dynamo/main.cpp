// The program `dynamo`: one node on its own address, run by targets/host.
#include <fmt/format.h>

#include <cstdio>

#include "harness/errors.hpp"
#include "targets/dynamo/dynamo_node.hpp"
#include "targets/host/flags.hpp"
#include "targets/host/host.hpp"

namespace faultrig::dynamo {
namespace {

std::vector<host::Flag> known_flags() {
  std::vector<host::Flag> flags = {
      {"node", "NAME", "this node's name", true},
      {"peers", "NAME=ADDRESS:PORT,...", "all nodes, this one included", true},
      {"data", "DIR", "folder for what must survive; made when missing", true},
      {"trace", "FILE", "append trace lines to this file", false},
      {"seed", "N", "seed of what the node draws (0)", false},
      {"bugs", "NAME,...", "planted bugs to switch on", false},
      {"conflict", "RULE", "`lww`, `siblings` or `merge` (lww)", false},
      {"quorum", "KIND", "`sloppy` or `strict` (sloppy)", false},
  };
  const DynamoConfig defaults;
  for (const ConfigOption& option : config_options()) {
    flags.push_back(
        {option.name, "N", fmt::format("{} ({})", option.help, defaults.*option.member), false});
  }
  return flags;
}

void print_help() {
  fmt::print(
      "usage: dynamo --node NAME --peers NAME=ADDRESS:PORT,... --data DIR [flags]\n\n"
      "One node of a Dynamo-style key-value store, one JSON message a line over TCP.\n\n{}\n"
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
  DynamoConfig config;
  for (const ConfigOption& option : config_options()) {
    config.*option.member =
        flags.integer(option.name, config.*option.member, option.low, option.high);
  }
  set_word(config, "conflict", flags.text("conflict", "lww"));
  set_word(config, "quorum", flags.text("quorum", "sloppy"));
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
  check_size(config, options.peers.size());
  return host::run_host(std::make_unique<DynamoNode>(config, bugs), options);
}

}  // namespace
}  // namespace faultrig::dynamo

int main(int argc, char** argv) {
  try {
    return faultrig::dynamo::run(std::vector<std::string>(argv + 1, argv + argc));
  } catch (const faultrig::UsageError& error) {
    fmt::print(stderr, "dynamo: {}\n", error.what());
    return 2;
  }
}
