#include "harness/live/ssh/remote_agent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <fstream>
#include <set>
#include <sstream>

#include "harness/live/agent/undo.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds log_in_patience{10'000}, upload_patience{60'000}, start_patience{15'000};
constexpr milliseconds between_news{20};
// How often somebody who waits looks whether a step takes too long.
constexpr milliseconds between_looks{100};
// An agent that refuses to reset its host says so at once; one that does not never answers.
constexpr milliseconds longest_refusal{250};
constexpr milliseconds between_boot_looks{200};
// In front of what the host says of its boot, behind what start-up files may print.
const std::string boot_mark = "faultrig-boot ";

// Those after which the news may tell something else.
bool changes_status(AgentVerb verb) {
  return verb == AgentVerb::start || verb == AgentVerb::kill || verb == AgentVerb::pause ||
         verb == AgentVerb::resume;
}

std::string agent_there(const AgentTask& task) {
  return task.host.agent.empty() ? task.folder + "/faultrig_agent" : task.host.agent;
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
  std::exception_ptr failure;
  try {
    Parting parting{};
    in_session([&](SshSession& session) {
      bring_up(session);
      parting = serve(session);
    });
    while (parting == Parting::reset) {
      await_boot();
      in_session([&](SshSession& session) {
        bring_up_again(session);
        parting = serve(session);
      });
    }
    failure = std::make_exception_ptr(
        EnvironmentError("cannot use", "the agent on " + where_ + ": it ended", 0));
  } catch (const std::exception&) {
    failure = std::current_exception();
  }
  {
    const std::lock_guard lock(mutex_);
    failure_ = failure;
  }
  changed_.notify_all();
}

// While it lasts, others can enforce the session's deadlines.
void RemoteAgent::in_session(const std::function<void(SshSession&)>& body) {
  SshSession session(task_.host, where_);
  const auto show = [this](SshSession* shown) {
    const std::lock_guard lock(mutex_);
    session_ = shown;
  };
  show(&session);
  try {
    body(session);
  } catch (...) {
    show(nullptr);
    throw;
  }
  show(nullptr);
}

void RemoteAgent::bring_up(SshSession& session) {
  session.log_in(log_in_patience);
  // Until an agent has taken the folder over, nobody else would remove it.
  session.guard_with(fmt::format("exec sh -c 'cat >/dev/null; test -e {0}/{1} || rm -rf {0}'",
                                 task_.folder, agent_mark),
                     log_in_patience);
  session.make_folder(task_.folder, log_in_patience);
  upload_everything(session);
  start_agent(session);
  session.let_go_of_guard();
}

void RemoteAgent::bring_up_again(SshSession& session) {
  session.log_in(log_in_patience);
  start_agent(session);
}

void RemoteAgent::start_agent(SshSession& session) {
  session.run(fmt::format("exec {} --folder {} --table {}{}{}", agent_there(task_), task_.folder,
                          task_.table, task_.host.keep_data ? " --keep" : "",
                          task_.host.disposable ? " --disposable" : ""),
              log_in_patience);
  reader_ = AgentReader(false);
  AgentMessage hello = exchange(session, {AgentVerb::hello}, start_patience);
  boot_ = hello.texts.empty() ? "" : hello.texts.back();
  {
    const std::lock_guard lock(mutex_);
    hello_ = std::move(hello);
  }
  changed_.notify_all();
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
      append_news(task_.follow[i], news.texts[1 + 2 * i], text);
      there_is_more = there_is_more || text.size() >= most_agent_news;
    }
    const std::lock_guard lock(mutex_);
    status_ = {static_cast<NodeState>(news.number), news.texts[0]};
  }
}

RemoteAgent::Parting RemoteAgent::serve(SshSession& session) {
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
    std::optional<AgentMessage> refusal;
    if (request->verb == AgentVerb::power_off && !(refusal = refusal_to_reset(session)))
      return Parting::reset;
    AgentMessage answer = refusal ? std::move(*refusal) : exchange(session, *request, patience);
    if (changes_status(request->verb)) ask_for_news(session);
    {
      const std::lock_guard lock(mutex_);
      if (ticket == ticket_) answer_ = std::move(answer);
    }
    changed_.notify_all();
  }
  ask_for_news(session);
  exchange(session, {AgentVerb::end}, start_patience);
  return Parting::ended;
}

// Empty when the host is being reset.
std::optional<AgentMessage> RemoteAgent::refusal_to_reset(SshSession& session) {
  session.write(to_bytes({AgentVerb::power_off}), usual_patience);
  const auto deadline = steady_clock::now() + longest_refusal;
  try {
    while (steady_clock::now() < deadline) {
      reader_.append(session.read(longest_refusal));
      if (std::optional<AgentMessage> answer = reader_.next()) return answer;
    }
  } catch (const EnvironmentError&) {  // the connection went with the host
  }
  const std::lock_guard lock(mutex_);
  hello_.reset();
  status_ = {};
  answer_ = AgentMessage{};
  changed_.notify_all();
  return std::nullopt;
}

// Until the host answers on another boot than before.
void RemoteAgent::await_boot() {
  const std::chrono::seconds patience(task_.host.boot_patience_s);
  const auto deadline = steady_clock::now() + patience;
  std::string seen;
  while (steady_clock::now() < deadline) {
    std::string boot;
    try {
      in_session([&](SshSession& session) { boot = ask_for_boot(session); });
      seen = boot.empty() ? "it does not say which boot this is" : "it is still on the boot before";
    } catch (const EnvironmentError& error) {
      seen = error.what();
    }
    std::istringstream words(boot);
    std::string id, is_kept;
    words >> id >> is_kept;
    if (!id.empty() && id != boot_) {
      if (is_kept != "kept") {
        throw EnvironmentError(
            "cannot go on",
            fmt::format("on {}: the reset took its folder {} away", where_, task_.folder), 0,
            "choose another `folder` there, on a disk and not emptied at boot");
      }
      return adopt_files(words);
    }
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, between_boot_looks, [&] { return is_ending_; })) break;
  }
  throw EnvironmentError(
      "cannot get back to",
      fmt::format("{} within {} s of its reset: {}", where_, patience.count(), seen), 0,
      fmt::format("does it boot by itself, and sshd with it? If it only takes longer: "
                  "`boot_patience_s` in the hosts file; then remove {} there",
                  task_.folder));
}

// The boot id, whether the folder is there still ("kept", "gone"), and the sizes of the files that
// are followed.
std::string RemoteAgent::ask_for_boot(SshSession& session) {
  session.log_in(log_in_patience);
  std::string command = fmt::format(
      "echo {}$(cat /proc/sys/kernel/random/boot_id) $(test -e {}/{} && echo kept || echo gone)",
      boot_mark, task_.folder, agent_mark);
  for (const FollowedFile& file : task_.follow)
    command += fmt::format(" $(cat {} 2>/dev/null | wc -c)", file.remote);
  session.run(command, log_in_patience);
  const auto deadline = steady_clock::now() + log_in_patience;
  std::string said;
  while (steady_clock::now() < deadline) {
    said += session.read(log_in_patience);
    const std::size_t start = said.find(boot_mark);
    const std::size_t end = said.find('\n', std::min(start, said.size()));
    if (end != std::string::npos)
      return said.substr(start + boot_mark.size(), end - start - boot_mark.size());
  }
  return "";
}

// What was not synced is gone there; our copies keep what we have seen of it, and go on behind.
void RemoteAgent::adopt_files(std::istream& sizes) {
  for (FollowedFile& file : task_.follow) {
    std::int64_t size = 0;
    sizes >> size;
    if (size >= file.offset) continue;
    file.offset = size;
    std::ofstream(file.local, std::ios::binary | std::ios::app) << '\n';
  }
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

bool RemoteAgent::is_up() {
  const std::lock_guard lock(mutex_);
  if (failure_) std::rethrow_exception(failure_);
  if (session_ != nullptr) session_->enforce_deadline();
  return hello_.has_value();
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
