// Can this machine run the docker backend? Found out by doing it and undoing it. For `faultrig
// doctor`.
#pragma once

#include <filesystem>
#include <vector>

#include "harness/live/probes.hpp"

namespace faultrig::live {

// Is there an engine, may we use it, and can a container be joined to the switch, and reached on a
// bridge? Makes and removes two containers and a network, and keeps their images. Call before any
// thread exists.
std::vector<Probe> probe_docker(const std::filesystem::path& programs);

}  // namespace faultrig::live
