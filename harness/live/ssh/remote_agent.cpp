#include "harness/live/ssh/remote_agent.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <csignal>
#include <fstream>
#include <set>

#include "harness/live/agent/undo.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds log_in_patience{10'000}, upload_patience{60'000}, start_patience{15'000};
constexpr milliseconds between_news{20};
// How often somebody who waits looks whether a step takes too long.
constexpr milliseconds between_looks{100};

// Those after which the news may tell something else.
bool changes_status(AgentVerb verb) {
  return verb == AgentVerb::start || verb == AgentVerb::kill || verb == AgentVerb::pause ||
         verb == AgentVerb::resume;
}

std::string agent_there(const AgentTask& task) {
  return task.host.agent.empty() ? task.folder + "/faultrig_agent" : task.host.agent;
}

void append(FollowedFile& file, const std::string& from, const std::string& text) {
  std::int64_t offset = 0;
  std::from_chars(from.data(), from.data() + from.size(), offset);
  const bool begun_anew = offset < file.offset;
  if (text.empty() && !begun_anew) return;
  std::ofstream local(file.local,
                      std::ios::binary | (begun_anew ? std::ios::trunc : std::ios::app));
  local << text;
  if (!local.flush()) throw EnvironmentError("cannot write", file.local.string(), errno);
  file.offset = offset + static_cast<std::int64_t>(text.size());
}

}  // namespace

RemoteAgent::RemoteAgent(AgentTask task)
    : task_(std::move(task)),
      where_(fmt::format("host {} (node {})", task_.host.address, task_.node)),
      thread_([this] { run(); }) {}

void RemoteAgent::begin_end() {
  const std::lock_guard lock(mutex_);
  is_ending_ = true;
  changed_.notify_all();
}

RemoteAgent::~RemoteAgent() {
  begin_end();
  {
    std::unique_lock lock(mutex_);
    // Until the thread has let go of the session, somebody has to enforce its deadlines.
    while (session_ != nullptr || (!hello_ && !failure_)) {
      if (session_ != nullptr) session_->enforce_deadline();
      changed_.wait_for(lock, between_looks);
    }
  }
  thread_.join();
}

void RemoteAgent::run() {
  // A connection that the host has reset is an error of write(2).
  sigset_t broken_pipe;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, nullptr);
  try {
    SshSession session(task_.host, where_);
    {
      const std::lock_guard lock(mutex_);
      session_ = &session;
    }
    std::exception_ptr failure;
    try {
      AgentMessage hello = bring_up(session);
      {
        const std::lock_guard lock(mutex_);
        hello_ = std::move(hello);
      }
      changed_.notify_all();
      serve(session);
    } catch (const std::exception&) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    session_ = nullptr;
    failure_ = failure != nullptr ? failure
                                  : std::make_exception_ptr(EnvironmentError(
                                        "cannot use", "the agent on " + where_ + ": it ended", 0));
  } catch (const std::exception&) {
    const std::lock_guard lock(mutex_);
    failure_ = std::current_exception();
  }
  changed_.notify_all();
}

AgentMessage RemoteAgent::bring_up(SshSession& session) {
  session.log_in(log_in_patience);
  // Until an agent has taken the folder over, nobody else would remove it.
  session.guard_with(fmt::format("exec sh -c 'cat >/dev/null; test -e {0}/{1} || rm -rf {0}'",
                                 task_.folder, agent_mark),
                     log_in_patience);
  session.make_folder(task_.folder, log_in_patience);
  upload_everything(session);
  session.run(fmt::format("exec {} --folder {} --table {}{}{}", agent_there(task_), task_.folder,
                          task_.table, task_.host.keep_data ? " --keep" : "",
                          task_.host.disposable ? " --disposable" : ""),
              log_in_patience);
  AgentMessage hello = exchange(session, {AgentVerb::hello}, start_patience);
  session.let_go_of_guard();
  return hello;
}

void RemoteAgent::upload_everything(SshSession& session) {
  if (task_.host.agent.empty()) session.upload(task_.agent, agent_there(task_), upload_patience);
  std::set<std::string> folders{task_.folder};
  for (const auto& [local, remote] : task_.upload) {
    const std::string folder = std::filesystem::path(remote).parent_path();
    if (folders.insert(folder).second) session.make_folder(folder, log_in_patience);
    session.upload(local, remote, upload_patience);
  }
}

AgentMessage RemoteAgent::exchange(SshSession& session, const AgentMessage& request,
                                   milliseconds patience) {
  const auto deadline = steady_clock::now() + patience;
  session.write(to_bytes(request), patience);
  while (true) {
    try {
      if (std::optional<AgentMessage> answer = reader_.next()) return *answer;
    } catch (const EnvironmentError& error) {
      throw EnvironmentError(error.action, error.object + " on " + where_, error.error, error.hint);
    }
    const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
    if (left.count() <= 0) {
      throw EnvironmentError("lost",
                             fmt::format("{}: no answer within {} ms", where_, patience.count()), 0,
                             "is the host up and reachable? Its agent undoes all by itself");
    }
    reader_.append(session.read(left));
  }
}

void RemoteAgent::ask_for_news(SshSession& session) {
  bool there_is_more = true;
  while (there_is_more) {
    AgentMessage request{AgentVerb::news};
    for (const FollowedFile& file : task_.follow) {
      request.texts.push_back(file.remote);
      request.texts.push_back(std::to_string(file.offset));
    }
    const AgentMessage news = exchange(session, request, usual_patience);
    expect_done(news, "on " + where_);
    if (news.texts.size() != 1 + 2 * task_.follow.size())
      throw EnvironmentError("cannot understand", "the agent on " + where_, EPROTO);
    there_is_more = false;
    for (std::size_t i = 0; i < task_.follow.size(); ++i) {
      const std::string& text = news.texts[2 + 2 * i];
      append(task_.follow[i], news.texts[1 + 2 * i], text);
      there_is_more = there_is_more || text.size() >= most_agent_news;
    }
    const std::lock_guard lock(mutex_);
    status_ = {static_cast<NodeState>(news.number), news.texts[0]};
  }
}

void RemoteAgent::serve(SshSession& session) {
  while (true) {
    std::optional<AgentMessage> request;
    milliseconds patience{};
    std::uint64_t ticket = 0;
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, between_news, [&] { return request_ || is_ending_; });
      if (is_ending_) break;
      request.swap(request_);
      patience = patience_;
      ticket = ticket_;
    }
    if (!request) {
      ask_for_news(session);
      continue;
    }
    AgentMessage answer = exchange(session, *request, patience);
    if (changes_status(request->verb)) ask_for_news(session);
    {
      const std::lock_guard lock(mutex_);
      if (ticket == ticket_) answer_ = std::move(answer);
    }
    changed_.notify_all();
  }
  ask_for_news(session);
  exchange(session, {AgentVerb::end}, start_patience);
}

void RemoteAgent::wait_for(std::unique_lock<std::mutex>& lock,
                           const std::function<bool()>& condition) {
  while (!condition()) {
    if (failure_) std::rethrow_exception(failure_);
    if (session_ != nullptr) session_->enforce_deadline();
    changed_.wait_for(lock, between_looks);
  }
}

AgentMessage RemoteAgent::wait_until_up() {
  AgentMessage hello;
  {
    std::unique_lock lock(mutex_);
    wait_for(lock, [&] { return hello_.has_value(); });
    hello = *hello_;
  }
  expect_done(hello, "on " + where_);
  return hello;
}

void RemoteAgent::begin(AgentMessage request, milliseconds patience) {
  const std::lock_guard lock(mutex_);
  answer_.reset();
  ++ticket_;
  request_ = std::move(request);
  patience_ = patience;
  changed_.notify_all();
}

AgentMessage RemoteAgent::finish() {
  AgentMessage answer;
  {
    std::unique_lock lock(mutex_);
    wait_for(lock, [&] { return answer_.has_value(); });
    answer = std::move(*answer_);
    answer_.reset();
  }
  expect_done(answer, "on " + where_);
  return answer;
}

NodeStatus RemoteAgent::status() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  return status_;
}

}  // namespace faultrig::live
