// The program `dynamo`: one node on its own address, run by targets/host.
#include "targets/dynamo/dynamo_node.hpp"
#include "targets/host/program.hpp"

namespace faultrig::dynamo {
namespace {

host::Program program() {
  host::Program program;
  program.name = "dynamo";
  program.summary = "One node of a Dynamo-style key-value store, one JSON message a line over TCP.";
  program.seed_help = "what the node draws";
  program.flags = {{"conflict", "RULE", "`lww`, `siblings` or `merge` (lww)", false},
                   {"quorum", "KIND", "`sloppy` or `strict` (sloppy)", false}};
  host::add_options(program, config_options());
  host::add_bugs(program, all_bugs());
  program.make_node = [](const host::Flags& flags, std::size_t nodes) -> std::unique_ptr<Node> {
    auto config = host::read_options(flags, config_options());
    set_word(config, "conflict", flags.text("conflict", "lww"));
    set_word(config, "quorum", flags.text("quorum", "sloppy"));
    check_config(config);
    check_size(config, nodes);
    return std::make_unique<DynamoNode>(config, parse_bugs(flags.text("bugs")));
  };
  return program;
}

}  // namespace
}  // namespace faultrig::dynamo

int main(int argc, char** argv) {
  return faultrig::host::run_program(faultrig::dynamo::program(), argc, argv);
}
