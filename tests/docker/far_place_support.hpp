// A place from which an engine is another machine: a network namespace of its own, with a cable to
// that of the engine and nothing else in common.
#pragma once

#include <string>
#include <vector>

#include "harness/live/switch/network_namespace.hpp"
#include "tests/docker/private_engine_support.hpp"

namespace faultrig::docker {

class FarPlace {
 public:
  explicit FarPlace(const PrivateEngine& engine);
  // The command there.
  std::vector<std::string> command(std::vector<std::string> words) const;
  // The address of the engine's machine as seen from there.
  std::string engine_address() const { return "10.77.66.1"; }

 private:
  live::NetworkNamespace space_;
};

}  // namespace faultrig::docker
