#include "tests/docker/rig_support.hpp"

#include <unistd.h>

#include <algorithm>

#include "harness/errors.hpp"

namespace faultrig::docker {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

fs::path programs() { return fs::path(FAULTRIG_BINARY_DIR) / "bin"; }

Rig::Rig(const std::string& how)
    : folder(RunFolder::create(scratch.path(), "test")),
      journal(folder, live::identity_of(::getpid())) {
  plan.nodes = 3;
  plan.seed = 1;
  manifest.file = scratch.path() / "target.toml";
  manifest.name = "echo";
  manifest.command = {"{bin}/docker_echo_node", "{address}", "{port}", "{data}", "{trace}"};
  if (!how.empty()) manifest.command.push_back(how);
}

void Rig::make() { cluster = live::make_docker_cluster({plan, manifest, folder, bin, journal}); }

void Rig::start_all() {
  make();
  for (const NodeName& node : cluster->nodes()) cluster->start(node);
  ASSERT_TRUE(await([&] { return cluster->probe(1s).whole(); })) << log("n1");
}

std::string Rig::log(const std::string& node) const {
  std::string text;
  for (const std::string& line : last_lines(folder.node(node) / "log.txt", 100))
    text += line + "\n";
  return text;
}

std::string Rig::error_of_making() {
  try {
    make();
  } catch (const std::exception& error) {
    return error.what();
  }
  return "";
}

std::string broken_pairs(const Connectivity& connectivity) {
  std::vector<std::string> pairs;
  for (const Connectivity::Broken& broken : connectivity.broken)
    pairs.push_back(broken.from + ">" + broken.to);
  std::sort(pairs.begin(), pairs.end());
  std::string text;
  for (const std::string& pair : pairs) text += pair + " ";
  return text;
}

testing::AssertionResult says(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << text << "\" says nothing of \"" << part << "\"";
}

}  // namespace faultrig::docker
