#include "harness/live/ssh/remote_agent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "harness/live/agent/undo.hpp"
#include "harness/live/ssh/session.hpp"

namespace faultrig::live {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds log_in_patience{10'000}, upload_patience{60'000};
// In front of what the host says of its boot, behind what start-up files may print.
const std::string boot_mark = "faultrig-boot ";

std::string agent_there(const AgentTask& task) {
  return task.host.agent.empty() ? task.folder + "/faultrig_agent" : task.host.agent;
}

class SshAgentStream final : public AgentStream {
 public:
  SshAgentStream(AgentTask task, const std::string& where)
      : task_(std::move(task)), session_(task_.host, where) {}

  void bring_up() override {
    session_.log_in(log_in_patience);
    // Until an agent has taken the folder over, nobody else would remove it.
    session_.guard_with(fmt::format("exec sh -c 'cat >/dev/null; test -e {0}/{1} || rm -rf {0}'",
                                    task_.folder, agent_mark),
                        log_in_patience);
    session_.make_folder(task_.folder, log_in_patience);
    upload_everything();
    start_agent();
  }
  void bring_up_again() override {
    session_.log_in(log_in_patience);
    start_agent();
  }
  void is_up() override { session_.let_go_of_guard(); }
  void write(std::string_view bytes, milliseconds patience) override {
    session_.write(bytes, patience);
  }
  std::string read(milliseconds patience) override { return session_.read(patience); }
  void enforce_deadline() override { session_.enforce_deadline(); }
  BootReport ask_for_boot(const std::vector<FollowedFile>& follow) override;

 private:
  void start_agent() {
    session_.run(fmt::format("exec {} --folder {} --table {}{}{}", agent_there(task_), task_.folder,
                             task_.table, task_.host.keep_data ? " --keep" : "",
                             task_.host.disposable ? " --disposable" : ""),
                 log_in_patience);
  }
  void upload_everything() {
    if (task_.host.agent.empty()) session_.upload(task_.agent, agent_there(task_), upload_patience);
    std::set<std::string> folders{task_.folder};
    for (const auto& [local, remote] : task_.upload) {
      const std::string folder = std::filesystem::path(remote).parent_path();
      if (folders.insert(folder).second) session_.make_folder(folder, log_in_patience);
      session_.upload(local, remote, upload_patience);
    }
  }

  const AgentTask task_;
  SshSession session_;
};

BootReport SshAgentStream::ask_for_boot(const std::vector<FollowedFile>& follow) {
  session_.log_in(log_in_patience);
  std::string command = fmt::format(
      "exec sh -c 'echo {}$(cat /proc/sys/kernel/random/boot_id) $(test -e {}/{} && echo kept || "
      "echo gone)",
      boot_mark, task_.folder, agent_mark);
  for (const FollowedFile& file : follow)
    command += fmt::format(" $(cat {} 2>/dev/null | wc -c)", file.remote);
  session_.run(command + "'", log_in_patience);
  const auto deadline = std::chrono::steady_clock::now() + log_in_patience;
  std::string said;
  while (std::chrono::steady_clock::now() < deadline) {
    said += session_.read(log_in_patience);
    const std::size_t start = said.find(boot_mark);
    const std::size_t end = said.find('\n', std::min(start, said.size()));
    if (end == std::string::npos) continue;
    std::istringstream words(said.substr(start + boot_mark.size(), end - start - boot_mark.size()));
    BootReport report;
    std::string folder;
    words >> report.boot >> folder;
    report.has_folder = folder == "kept";
    for (std::int64_t size = 0; words >> size;) report.sizes.push_back(size);
    return report;
  }
  return {};
}

std::string name_of(const AgentTask& task) {
  return fmt::format("host {} (node {})", task.host.address, task.node);
}

}  // namespace

RemoteAgent::RemoteAgent(const AgentTask& task)
    : AgentCaller(name_of(task), task.follow,
                  [task] { return std::make_unique<SshAgentStream>(task, name_of(task)); },
                  {std::chrono::seconds(task.host.boot_patience_s), task.folder}) {}

}  // namespace faultrig::live
