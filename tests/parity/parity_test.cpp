// The scenarios in the simulation, on this machine and in containers, on the switch and on a
// bridge; those over ssh are in tests/ssh.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <optional>

#include "harness/store.hpp"
#include "tests/docker/private_engine_support.hpp"
#include "tests/end_to_end/program_support.hpp"
#include "tests/parity/scenario_support.hpp"

namespace faultrig::end_to_end {
namespace {

namespace fs = std::filesystem;

const std::string bridge = "docker_bridge";

class Parity : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Parity, shows_what_the_scenario_says) {
  const auto& [name, backend] = GetParam();
  std::optional<docker::PrivateEngine> engine;
  if (backend.starts_with("docker")) {
    FAULTRIG_NEED_STATIC_TARGET();
    const std::string why = docker::no_private_engine();
    if (!why.empty())
      GTEST_SKIP() << "NOT TESTED, because there can be no Docker engine here: " << why;
    engine.emplace();
    ::setenv("DOCKER_HOST", ("unix://" + engine->socket()).c_str(), 1);
  }
  const ScratchFolder scratch;
  std::string text = read_file(scenario_file(name));
  if (backend == bridge) text = with_one_client_machine(text);
  const bool on_bridge = backend == bridge;
  const std::string real = on_bridge ? "docker" : backend;
  expect_scenario(text, real, [&](const std::string& plan) {
    std::vector<std::string> command = {program("faultrig"),
                                        "run",
                                        "--plan",
                                        scratch.write("scenario.toml", plan),
                                        "--backend",
                                        real,
                                        "--runs",
                                        scratch.path() / "runs",
                                        "--quiet"};
    if (on_bridge) {
      command.insert(command.end(), {"--set", "docker.network=bridge"});
      command = engine->beside(std::move(command));
    }
    const Result result = run(command, scratch.path());
    return PlayedScenario{result.exit_code, result.output, scratch.path() / "runs/latest"};
  });
}

// Those that the kernels of others can show.
std::vector<std::string> scenarios_for_bridges() {
  std::vector<std::string> names = scenarios();
  std::erase_if(names, [](const std::string& name) {
    return name.starts_with("jam") || name.starts_with("clock");
  });
  return names;
}

INSTANTIATE_TEST_SUITE_P(scenario, Parity,
                         testing::Combine(testing::ValuesIn(scenarios()),
                                          testing::Values("sim", "local", "docker")),
                         [](const auto& scenario) {
                           return std::get<0>(scenario.param) + "_on_" +
                                  std::get<1>(scenario.param);
                         });

INSTANTIATE_TEST_SUITE_P(bridge_scenario, Parity,
                         testing::Combine(testing::ValuesIn(scenarios_for_bridges()),
                                          testing::Values(bridge)),
                         [](const auto& scenario) { return std::get<0>(scenario.param); });

}  // namespace
}  // namespace faultrig::end_to_end
