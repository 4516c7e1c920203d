// The scenarios of tests/parity on hosts that are reached by ssh.
#include <gtest/gtest.h>

#include "harness/store.hpp"
#include "tests/parity/scenario_support.hpp"
#include "tests/ssh/hosts_support.hpp"

namespace faultrig::live {
namespace {

// Those that remote kernels can show.
std::vector<std::string> scenarios_for_ssh() {
  std::vector<std::string> names = scenarios();
  std::erase_if(names, [](const std::string& name) { return name.starts_with("jam"); });
  return names;
}

class SshParity : public testing::TestWithParam<std::string> {};

TEST_P(SshParity, shows_what_the_scenario_says) {
  with_ssh([] {
    SshHosts hosts(3);
    const std::string text = with_one_client_machine(read_file(scenario_file(GetParam())));
    expect_scenario(text, "ssh", [&](const std::string& plan) {
      write_file(hosts.folder() / "scenario.toml", plan);
      const ProgramEnd end = hosts.faultrig({"run", "--plan", "scenario.toml", "--backend", "ssh",
                                             "--hosts", hosts.hosts_file(), "--quiet"});
      return PlayedScenario{end.exit_code, end.output, hosts.folder() / "runs/latest"};
    });
    EXPECT_TRUE(hosts.await_clean()) << hosts.leftovers();
  });
}

INSTANTIATE_TEST_SUITE_P(scenario, SshParity, testing::ValuesIn(scenarios_for_ssh()),
                         [](const auto& scenario) { return scenario.param; });

}  // namespace
}  // namespace faultrig::live
