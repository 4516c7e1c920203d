#include "harness/live/docker/leftovers.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <iostream>
#include <sstream>

#include "checkers/history/json.hpp"
#include "harness/live/docker/in_parallel.hpp"
#include "harness/live/spawn/lifeline.hpp"

namespace faultrig::live {
namespace {

using std::chrono::steady_clock;

constexpr char dismissal = 'x';
constexpr auto between_looks = std::chrono::milliseconds(100);
// A container whose creation was under way when the control process died appears later.
constexpr auto quiet_time = std::chrono::seconds(3);
constexpr auto patience = std::chrono::minutes(2);
constexpr auto own_patience = std::chrono::seconds(20);

struct Labelled {
  std::string id;
  std::string name;
  std::string launcher;  // the label
};

enum class Kind { container, network };

std::string_view word_of(Kind kind) { return kind == Kind::container ? "container" : "network"; }

// A container has several names, "/name" each.
std::string name_of(const Value& thing) {
  const Value* names = thing.find("Names");
  if (names == nullptr || !names->is_list() || names->as_list().empty())
    return thing.string_or("Name", "");
  return names->as_list().front().as_string().substr(1);
}

// All with that label, which may be NAME or NAME=VALUE.
std::vector<Labelled> labelled(const EngineClient& engine, Kind kind, const std::string& label) {
  const Value filters = Value::map({{"label", Value::list({label})}});
  const Value answer = engine.ask_value(
      {.purpose = fmt::format("list the {}s of faultrig", word_of(kind)),
       .method = "GET",
       .path = fmt::format("{}filters={}",
                           kind == Kind::container ? "/containers/json?all=1&" : "/networks?",
                           url_encoded(to_json(filters)))});
  std::vector<Labelled> found;
  if (!answer.is_list()) return found;
  for (const Value& thing : answer.as_list()) {
    Labelled one{thing.string_or("Id", ""), name_of(thing), ""};
    if (const Value* labels = thing.find("Labels"))
      one.launcher = labels->string_or(launcher_label, "");
    if (!one.id.empty()) found.push_back(std::move(one));
  }
  return found;
}

void remove(const EngineClient& engine, Kind kind, const Labelled& thing) {
  const EngineRequest request{.purpose = fmt::format("remove {} {}", word_of(kind), thing.name),
                              .method = "DELETE",
                              .path = fmt::format("/{}s/{}{}", word_of(kind), thing.id,
                                                  kind == Kind::container ? "?force=1&v=1" : "")};
  const EngineReply reply = engine.ask(request);
  constexpr unsigned in_use = 403, not_there = 404, under_way = 409;
  if (!reply.ok() && reply.status != in_use && reply.status != not_there &&
      reply.status != under_way)
    throw engine.refusal(request, reply);
}

using Chosen = std::function<bool(const Labelled&)>;

// Containers first: a network can only go when nobody is on it.
std::vector<std::string> remove_those(const EngineClient& engine, const std::string& label,
                                      const Chosen& chosen) {
  std::vector<std::string> removed;
  for (const Kind kind : {Kind::container, Kind::network}) {
    std::vector<Labelled> things = labelled(engine, kind, label);
    std::erase_if(things, [&](const Labelled& thing) { return !chosen(thing); });
    in_parallel(things.size(), [&](std::size_t i) { remove(engine, kind, things[i]); });
    for (const Labelled& thing : things)
      removed.push_back(fmt::format("{} {}", word_of(kind), thing.name));
  }
  return removed;
}

std::string pid_namespace_of(pid_t process) {
  std::error_code error;
  return std::filesystem::read_symlink(fmt::format("/proc/{}/ns/pid", process), error).string();
}

std::string host_name() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  return name;
}

// Until nothing has been there for a while.
void remove_all(const EngineClient& engine, const std::string& run) {
  const auto deadline = steady_clock::now() + patience;
  auto quiet_since = steady_clock::now();
  while (steady_clock::now() < deadline && steady_clock::now() - quiet_since < quiet_time) {
    try {
      if (!remove_things(engine, run).empty()) quiet_since = steady_clock::now();
    } catch (const EnvironmentError&) {  // the engine may come back
      quiet_since = steady_clock::now();
    }
    ::poll(nullptr, 0, static_cast<int>(between_looks.count()));
  }
}

// A session of its own and deaf to what ends the control process.
[[noreturn]] void watch(const EngineClient& engine, const std::string& run, int lifeline) {
  ::setsid();
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE}) std::signal(number, SIG_IGN);
  close_all_but({lifeline});
  // Whoever reads the control process's output must not wait for us.
  const int nothing = ::open("/dev/null", O_RDWR);
  for (const int number : {0, 1, 2}) ::dup2(nothing, number);
  (void)!::chdir("/");
  char word = 0;
  ssize_t size = 0;
  while ((size = ::read(lifeline, &word, 1)) < 0 && errno == EINTR) {
  }
  if (size == 1 && word == dismissal) ::_exit(0);
  remove_all(engine, run);
  ::_exit(0);
}

}  // namespace

Launcher launcher_of(pid_t process) {
  return {identity_of(process), pid_namespace_of(process), host_name()};
}

std::string to_label(const Launcher& launcher) {
  return fmt::format("{} {} {} {} {}", launcher.process.pid, launcher.process.started,
                     launcher.process.boot, launcher.pid_namespace, launcher.host);
}

std::optional<Launcher> launcher_from(std::string_view label) {
  std::istringstream words{std::string(label)};
  Launcher launcher;
  words >> launcher.process.pid >> launcher.process.started >> launcher.process.boot >>
      launcher.pid_namespace >> launcher.host;
  if (!words || launcher.process.pid <= 0) return std::nullopt;
  return launcher;
}

bool is_gone(const Launcher& launcher, const Launcher& now) {
  if (launcher.host != now.host) return false;
  if (launcher.process.boot != now.process.boot) return true;  // the machine was started anew
  return launcher.pid_namespace == now.pid_namespace && launcher.process != now.process;
}

std::string run_name(const RunFolder& folder) {
  const ProcessIdentity us = identity_of(::getpid());
  return fmt::format("{}-{}-{}", folder.path().filename().string(), us.pid, us.started);
}

std::vector<std::string> remove_things(const EngineClient& engine, const std::string& run) {
  return remove_those(engine, fmt::format("{}={}", run_label, run),
                      [](const Labelled&) { return true; });
}

std::vector<std::string> remove_leftovers(const EngineClient& engine) {
  const std::string our_namespace = pid_namespace_of(::getpid());
  return remove_those(engine, run_label, [&](const Labelled& thing) {
    const std::optional<Launcher> launcher = launcher_from(thing.launcher);
    if (!launcher) return false;
    // A process that is gone has no namespace any more; we can only vouch for our own.
    const Launcher now{identity_of(launcher->process.pid), our_namespace, host_name()};
    return is_gone(*launcher, now);
  });
}

RunContainers::RunContainers(const EngineClient& engine, std::string run)
    : engine_(engine), run_(std::move(run)), launcher_(launcher_of(::getpid())) {
  Lifeline ends = make_lifeline();
  std::cout.flush();
  std::fflush(nullptr);
  watcher_ = ::fork();
  if (watcher_ < 0) throw EnvironmentError("cannot fork", "the watcher of the containers", errno);
  if (watcher_ == 0) {
    ends.parent_end.reset();
    watch(engine_, run_, ends.child_end.get());
  }
  lifeline_ = std::move(ends.parent_end);
}

RunContainers::~RunContainers() {
  try {
    const auto deadline = steady_clock::now() + own_patience;
    bool all_gone = false;
    while (!(all_gone = remove_things(engine_, run_).empty()) && steady_clock::now() < deadline)
      ::poll(nullptr, 0, 5);
    if (all_gone) (void)!::write(lifeline_.get(), &dismissal, 1);
    lifeline_.reset();
    if (!all_gone) return;  // somebody else is on our network: the watcher goes on trying
    ::waitpid(watcher_, nullptr, 0);
  } catch (const std::exception&) {
    lifeline_.reset();  // the watcher goes on trying
  }
}

Value RunContainers::labels() const {
  return Value::map({{run_label, run_}, {launcher_label, to_label(launcher_)}});
}

}  // namespace faultrig::live
