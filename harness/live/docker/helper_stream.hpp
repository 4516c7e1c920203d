// The way to the helper of a node: the standard input and output of its container, over the engine.
#pragma once

#include <string>

#include "harness/live/agent/agent_caller.hpp"
#include "harness/live/docker/containers.hpp"
#include "harness/live/docker/log_frames.hpp"

namespace faultrig::live {

class HelperStream final : public AgentStream {
 public:
  // `where` is how messages call it. Attaches; bring_up() starts the container.
  HelperStream(Container helper, std::string where);

  void bring_up() override { helper_.start(); }
  void is_up() override { is_up_ = true; }
  void write(std::string_view bytes, std::chrono::milliseconds patience) override;
  std::string read(std::chrono::milliseconds patience) override;

 private:
  [[noreturn]] void tell_end() const;

  Container helper_;
  std::string where_;
  OutputStream stream_;
  LogFrames frames_;
  std::string said_;  // before it was up: why it is not, if it says so
  bool is_up_ = false;
};

}  // namespace faultrig::live
