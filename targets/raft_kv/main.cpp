// The program `raft_kv`: one node on its own address, run by targets/host.
#include "targets/host/program.hpp"
#include "targets/raft_kv/raft_node.hpp"

namespace faultrig::raft_kv {
namespace {

host::Program program() {
  host::Program program;
  program.name = "raft_kv";
  program.summary =
      "One node of a replicated key-value store: Raft, one JSON message a line over TCP.";
  program.seed_help = "the election timeouts";
  program.flags = {
      {"reads", "MODE", "`readindex` or `lease` (readindex)", false},
      {"workload", "NAME", "`set` or `counter`: what reads without a key are about", false}};
  host::add_options(program, config_options());
  host::add_bugs(program, all_bugs());
  program.make_node = [](const host::Flags& flags, std::size_t) -> std::unique_ptr<Node> {
    auto config = host::read_options(flags, config_options());
    config.reads = read_mode_named(flags.text("reads", "readindex"));
    config.keyless_reads = keyless_subject(flags.text("workload"));
    check_config(config);
    return std::make_unique<RaftNode>(config, parse_bugs(flags.text("bugs")));
  };
  return program;
}

}  // namespace
}  // namespace faultrig::raft_kv

int main(int argc, char** argv) {
  return faultrig::host::run_program(faultrig::raft_kv::program(), argc, argv);
}
