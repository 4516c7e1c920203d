// Carries what containers write into the logs of their nodes while they write it: one thread for
// all of them.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "harness/live/docker/engine_client.hpp"

namespace faultrig::live {

class LogPump {
 public:
  LogPump();
  ~LogPump();  // what was not yet written is lost
  LogPump(const LogPump&) = delete;
  LogPump& operator=(const LogPump&) = delete;

  // Output of `node` goes to `log` from now on. Requires that none flows for it.
  void add(const std::string& node, OutputStream output, Descriptor log);
  bool flows(const std::string& node) const;
  // Until the engine has sent all, `patience` at most; false when it had not.
  bool await_end(const std::string& node, std::chrono::milliseconds patience);

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultrig::live
