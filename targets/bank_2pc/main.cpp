// The program `bank_2pc`: one node on its own address, run by targets/host.
#include "targets/bank_2pc/bank_node.hpp"
#include "targets/host/program.hpp"

namespace faultrig::bank_2pc {
namespace {

host::Program program() {
  host::Program program;
  program.name = "bank_2pc";
  program.summary =
      "One node of a bank over several nodes: two-phase commit, one JSON message a line over TCP.";
  program.seed_help = "the pauses before a transaction is tried again";
  host::add_options(program, config_options());
  host::add_bugs(program, all_bugs());
  program.make_node = [](const host::Flags& flags, std::size_t) -> std::unique_ptr<Node> {
    auto config = host::read_options(flags, config_options());
    check_config(config);
    return std::make_unique<BankNode>(config, parse_bugs(flags.text("bugs")));
  };
  return program;
}

}  // namespace
}  // namespace faultrig::bank_2pc

int main(int argc, char** argv) {
  return faultrig::host::run_program(faultrig::bank_2pc::program(), argc, argv);
}
