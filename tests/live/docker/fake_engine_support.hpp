// A unix socket that answers what a test says: an engine for the tests of its client.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "harness/live/switch/descriptor.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {

class FakeEngine {
 public:
  // Bytes to send to a request (its head, without the body) before hanging up; called on the
  // engine's thread, for one request at a time.
  using Answer = std::function<std::string(const std::string& request)>;
  explicit FakeEngine(Answer answer);
  ~FakeEngine();

  std::string socket() const { return folder_.path() / "engine.sock"; }
  // Heads of the requests so far.
  std::vector<std::string> requests() const;

 private:
  void serve(const Answer& answer);

  ScratchFolder folder_;
  Descriptor listener_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

// A whole answer with that body.
std::string http_answer(const std::string& status, const std::string& body);
// Answers the question for the version, everything else by `answer`.
FakeEngine::Answer with_version(FakeEngine::Answer answer);

}  // namespace faultrig::live
