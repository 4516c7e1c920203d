// Ctrl-C and TERM as a question a run may ask, so that it heals before it ends.
#pragma once

#include <string>

namespace faultrig {

// Handlers for SIGINT, SIGTERM and SIGHUP from construction on; the old ones come back at the end.
// One instance at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // "interrupted by SIGINT", or empty. A second signal ends the process at once (the sandbox
  // ends with it).
  std::string reason() const;
};

}  // namespace faultrig
