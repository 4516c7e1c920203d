// The scenarios in the simulation, on this machine and in containers; those over ssh are in
// tests/ssh.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "harness/store.hpp"
#include "tests/docker/private_engine_support.hpp"
#include "tests/end_to_end/program_support.hpp"
#include "tests/parity/scenario_support.hpp"

namespace faultrig::end_to_end {
namespace {

namespace fs = std::filesystem;

class Parity : public testing::TestWithParam<std::tuple<std::string, std::string>> {};

TEST_P(Parity, shows_what_the_scenario_says) {
  const auto& [name, backend] = GetParam();
  std::optional<docker::PrivateEngine> engine;
  if (backend == "docker") {
    FAULTRIG_NEED_STATIC_TARGET();
    const std::string why = docker::no_private_engine();
    if (!why.empty())
      GTEST_SKIP() << "NOT TESTED, because there can be no Docker engine here: " << why;
    engine.emplace();
    ::setenv("DOCKER_HOST", ("unix://" + engine->socket()).c_str(), 1);
  }
  ScratchFolder scratch;
  const std::string on = backend;
  expect_scenario(read_file(scenario_file(name)), backend, [&](const std::string& text) {
    write_file(scratch.path() / "scenario.toml", text);
    const Result result =
        faultrig({"run", "--plan", "scenario.toml", "--backend", on, "--runs", "runs", "--quiet"},
                 scratch.path());
    return PlayedScenario{result.exit_code, result.output, scratch.path() / "runs/latest"};
  });
}

INSTANTIATE_TEST_SUITE_P(scenario, Parity,
                         testing::Combine(testing::ValuesIn(scenarios()),
                                          testing::Values("sim", "local", "docker")),
                         [](const auto& scenario) {
                           return std::get<0>(scenario.param) + "_on_" +
                                  std::get<1>(scenario.param);
                         });

}  // namespace
}  // namespace faultrig::end_to_end
