// The control side of one agent: a thread that owns the stream to it, carries requests to it, and
// in between asks every few milliseconds for news, which keeps the agent's lease alive. Files that
// grow there (a node's log, its trace) are copied to files here.
//
// One request at a time. When the agent is lost, every call says so at once from then on. An agent
// whose host we reset is not lost: the thread waits until the host answers on another boot, and
// starts the agent anew in the folder, which must have outlasted the reset (agent_reset.cpp).
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/live/agent/followed_file.hpp"
#include "harness/live/agent/protocol.hpp"

namespace faultrig::live {

// What a host says of itself after a reset.
struct BootReport {
  std::string boot;                 // its boot id; empty: it did not say
  bool has_folder = false;          // what the run put there is there still
  std::vector<std::int64_t> sizes;  // of the files that are followed
};

// The way to an agent, used by one thread. All throw EnvironmentError.
class AgentStream {
 public:
  virtual ~AgentStream() = default;
  // Gets the agent to where it greets.
  virtual void bring_up() {}
  // The same where everything but the agent is there already: after a reset.
  virtual void bring_up_again() { bring_up(); }
  // It has answered for the first time.
  virtual void is_up() {}
  // In place of all others, as long as a host boots.
  virtual BootReport ask_for_boot(const std::vector<FollowedFile>&) { return {}; }
  virtual void write(std::string_view bytes, std::chrono::milliseconds patience) = 0;
  // What has come, waiting for it; empty when nothing came in time. Throws when it has ended.
  virtual std::string read(std::chrono::milliseconds patience) = 0;
  // Any thread, often: ends a step that takes longer than it may.
  virtual void enforce_deadline() {}
};

// Of a host that may be reset.
struct ResetPlan {
  std::chrono::seconds boot_patience{};  // until it answers again
  std::string folder;                    // which has to outlast it
};

class AgentCaller {
 public:
  // `where` is how messages call it: "host 10.0.0.1 (node n1)". `open` is called by the thread.
  AgentCaller(std::string where, std::vector<FollowedFile> follow,
              std::function<std::unique_ptr<AgentStream>()> open, ResetPlan reset = {});
  // Tells the agent to undo everything, and waits for that.
  virtual ~AgentCaller();
  // Begins with that, so that several do it at once.
  void begin_end();
  AgentCaller(const AgentCaller&) = delete;
  AgentCaller& operator=(const AgentCaller&) = delete;

  // The answer to hello. Throws EnvironmentError.
  AgentMessage wait_until_up();
  // False while the host boots. Throws EnvironmentError when it is lost.
  bool is_up();
  // Resets the host, see AgentVerb::power_off: when this returns, nothing of it runs any more.
  // Throws EnvironmentError when it is refused.
  void reset() { ask({AgentVerb::power_off}); }

  // begin() for several and then finish() for each lets them work at once.
  void begin(AgentMessage request, std::chrono::milliseconds patience = usual_patience);
  // The `done` answer. Throws EnvironmentError for a refusal, and when the agent is lost.
  AgentMessage finish();
  AgentMessage ask(AgentMessage request, std::chrono::milliseconds patience = usual_patience) {
    begin(std::move(request), patience);
    return finish();
  }

  // As of the last news, which are asked for after every request that changes it. Throws
  // EnvironmentError when the agent is lost.
  NodeStatus status();
  const std::string& where() const { return where_; }

  static constexpr std::chrono::milliseconds usual_patience{5'000};

 private:
  enum class Parting { ended, reset };
  void run();
  void in_stream(const std::function<void(AgentStream&)>& body);
  void greet(AgentStream& stream);
  Parting serve(AgentStream& stream);
  AgentMessage exchange(AgentStream& stream, const AgentMessage& request,
                        std::chrono::milliseconds patience);
  void ask_for_news(AgentStream& stream);
  void wait_for(std::unique_lock<std::mutex>& lock, const std::function<bool()>& condition);
  // --- agent_reset.cpp ---
  std::optional<AgentMessage> refusal_to_reset(AgentStream& stream);
  void await_boot();
  void adopt_files(const std::vector<std::int64_t>& sizes);

  const std::string where_;
  std::vector<FollowedFile> follow_;
  std::function<std::unique_ptr<AgentStream>()> open_;
  ResetPlan reset_;
  std::string boot_;                        // the host's boot id, the last text of its hello
  std::chrono::milliseconds round_trip_{};  // of the last news, rounded up
  AgentReader reader_{false};

  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  AgentStream* stream_ = nullptr;  // while the thread has one
  std::optional<AgentMessage> hello_;
  std::optional<AgentMessage> request_;
  std::uint64_t ticket_ = 0;  // of the last request: an answer to one that was given up is not its
  std::chrono::milliseconds patience_{};
  std::optional<AgentMessage> answer_;
  NodeStatus status_;
  std::exception_ptr failure_;
  bool is_ending_ = false;
  std::thread thread_;  // last: uses the others
};

}  // namespace faultrig::live
