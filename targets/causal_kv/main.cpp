// The program `causal_kv`: one node on its own address, run by targets/host.
#include "targets/causal_kv/causal_node.hpp"
#include "targets/host/program.hpp"

namespace faultrig::causal_kv {
namespace {

host::Program program() {
  host::Program program;
  program.name = "causal_kv";
  program.summary =
      "One node of a causally consistent key-value store, one JSON message a line over TCP.";
  program.seed_help = "what the node draws";
  program.flags = {
      {"workload", "NAME", "`set` or `counter`: what reads without a key are about", false}};
  host::add_options(program, config_options());
  host::add_bugs(program, all_bugs());
  program.make_node = [](const host::Flags& flags, std::size_t) -> std::unique_ptr<Node> {
    auto config = host::read_options(flags, config_options());
    config.keyless_reads = keyless_subject(flags.text("workload"));
    return std::make_unique<CausalNode>(config, parse_bugs(flags.text("bugs")));
  };
  return program;
}

}  // namespace
}  // namespace faultrig::causal_kv

int main(int argc, char** argv) {
  return faultrig::host::run_program(faultrig::causal_kv::program(), argc, argv);
}
