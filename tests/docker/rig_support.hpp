// A cluster of three small nodes in containers, made in the test itself.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "harness/live/docker/docker_cluster.hpp"
#include "tests/docker/private_engine_support.hpp"

namespace faultrig::docker {

// The folder of the built programs.
std::filesystem::path programs();

// Three nodes of docker_echo_node; `how` it ends, empty: it does not.
class Rig {
 public:
  explicit Rig(const std::string& how = "");
  void make();
  // Until every machine reaches every node.
  void start_all();
  std::string log(const std::string& node) const;
  std::string error_of_making();

  end_to_end::ScratchFolder scratch;
  std::filesystem::path bin = programs();
  RunPlan plan;
  TargetManifest manifest;
  RunFolder folder;
  live::UndoJournal journal;
  std::unique_ptr<live::LiveCluster> cluster;
};

// "n1>n2 n2>n1 ", in order.
std::string broken_pairs(const Connectivity& connectivity);

testing::AssertionResult says(const std::string& text, const std::string& part);

}  // namespace faultrig::docker
