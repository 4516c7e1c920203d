// The control side of one host's agent: a thread that owns the ssh session, gets the agent there,
// carries requests to it, and in between asks every few milliseconds for news, which keeps the
// agent's lease alive. The node's log and trace are copied to files here as they grow.
//
// One request at a time. When the host is lost, every call says so at once from then on. A host
// that we reset is not lost: the thread waits until sshd answers again on another boot, and starts
// the agent anew in the folder, which must have outlasted the reset.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/errors.hpp"
#include "harness/live/agent/followed_file.hpp"
#include "harness/live/agent/protocol.hpp"
#include "harness/live/ssh/session.hpp"

namespace faultrig::live {

struct AgentTask {
  std::string node;
  SshHost host;
  std::string folder;                                                 // the run's own, there
  std::string table;                                                  // in nftables
  std::vector<std::pair<std::filesystem::path, std::string>> upload;  // files here, paths there
  std::filesystem::path agent;                                        // the program, here
  std::vector<FollowedFile> follow;
};

class RemoteAgent {
 public:
  // Starts getting the agent there; wait_until_up tells how it went.
  explicit RemoteAgent(AgentTask task);
  // Tells the agent to undo everything, and waits for that.
  ~RemoteAgent();
  // Begins with that, so that several hosts do it at once.
  void begin_end();
  RemoteAgent(const RemoteAgent&) = delete;
  RemoteAgent& operator=(const RemoteAgent&) = delete;

  // The answer to hello. Throws EnvironmentError.
  AgentMessage wait_until_up();
  // False while the host boots. Throws EnvironmentError when it is lost.
  bool is_up();
  // Resets the host, see AgentVerb::power_off: when this returns, nothing of it runs any more.
  // Throws EnvironmentError when it is refused.
  void reset() { ask({AgentVerb::power_off}); }

  // begin() for several hosts and then finish() for each lets them work at once.
  void begin(AgentMessage request, std::chrono::milliseconds patience = usual_patience);
  // The `done` answer. Throws EnvironmentError for a refusal, and when the host is lost.
  AgentMessage finish();
  AgentMessage ask(AgentMessage request, std::chrono::milliseconds patience = usual_patience) {
    begin(std::move(request), patience);
    return finish();
  }

  // As of the last news, which are asked for after every request that changes it. Throws
  // EnvironmentError when the host is lost.
  NodeStatus status();
  const std::string& where() const { return where_; }

  static constexpr std::chrono::milliseconds usual_patience{5'000};

 private:
  enum class Parting { ended, reset };
  void run();
  void in_session(const std::function<void(SshSession&)>& body);
  void bring_up(SshSession& session);
  void bring_up_again(SshSession& session);
  void start_agent(SshSession& session);
  void upload_everything(SshSession& session);
  Parting serve(SshSession& session);
  std::optional<AgentMessage> refusal_to_reset(SshSession& session);
  void await_boot();
  std::string ask_for_boot(SshSession& session);
  void adopt_files(std::istream& sizes);
  AgentMessage exchange(SshSession& session, const AgentMessage& request,
                        std::chrono::milliseconds patience);
  void ask_for_news(SshSession& session);
  void wait_for(std::unique_lock<std::mutex>& lock, const std::function<bool()>& condition);

  AgentTask task_;
  const std::string where_;
  std::string boot_;  // the host's boot id
  AgentReader reader_{false};

  std::mutex mutex_;  // of all below
  std::condition_variable changed_;
  SshSession* session_ = nullptr;  // while the thread has one
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
