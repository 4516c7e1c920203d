#include "targets/host/program.hpp"

#include <cstdio>

#include "harness/errors.hpp"
#include "targets/host/host.hpp"

namespace faultrig::host {
namespace {

std::vector<Flag> flags_of(const Program& program) {
  std::vector<Flag> flags = {
      {"node", "NAME", "this node's name", true},
      {"peers", "NAME=ADDRESS:PORT,...", "all nodes, this one included", true},
      {"data", "DIR", "folder for what must survive; made when missing", true},
      {"trace", "FILE", "append trace lines to this file", false},
      {"seed", "N", fmt::format("seed of {} (0)", program.seed_help), false},
      {"bugs", "NAME,...", "planted bugs to switch on", false},
  };
  flags.insert(flags.end(), program.flags.begin(), program.flags.end());
  return flags;
}

void print_help(const Program& program) {
  fmt::print(
      "usage: {} --node NAME --peers NAME=ADDRESS:PORT,... --data DIR [flags]\n\n{}\n\n{}\n"
      "planted bugs:\n",
      program.name, program.summary, help_of(flags_of(program)));
  for (const auto& [name, summary] : program.bugs) fmt::print("  {:<34} {}\n", name, summary);
}

int run(const Program& program, const std::vector<std::string>& arguments) {
  const Flags flags(flags_of(program), arguments);
  if (flags.wants_help()) {
    print_help(program);
    return 0;
  }
  HostOptions options;
  options.self = flags.text("node");
  options.peers = flags.peers("peers");
  if (!options.peers.contains(options.self)) {
    throw UsageError(fmt::format("`--node {}` is not among `--peers`", options.self));
  }
  options.data_folder = flags.text("data");
  options.trace_file = flags.text("trace");
  options.seed = static_cast<std::uint64_t>(flags.integer("seed", 0, INT64_MIN, INT64_MAX));
  return run_host(program.make_node(flags, options.peers.size()), options);
}

}  // namespace

int run_program(const Program& program, int argc, char** argv) {
  try {
    return run(program, std::vector<std::string>(argv + 1, argv + argc));
  } catch (const UsageError& error) {
    fmt::print(stderr, "{}: {}\n", program.name, error.what());
    return 2;
  }
}

}  // namespace faultrig::host
