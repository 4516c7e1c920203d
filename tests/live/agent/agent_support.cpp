#include "tests/live/agent/agent_support.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <array>
#include <csignal>
#include <fstream>

#include "tests/live/switch/machines_support.hpp"

namespace faultrig::live {

PipedAgent::PipedAgent(const NetworkNamespace& space, const std::filesystem::path& folder,
                       const std::string& table, const std::string& marker,
                       const std::vector<std::string>& flags) {
  std::filesystem::create_directories(folder);
  int in[2], out[2];
  if (::pipe2(in, O_CLOEXEC) != 0 || ::pipe2(out, O_CLOEXEC) != 0) throw std::runtime_error("pipe");
  const std::string program = std::string(FAULTRIG_BINARY_DIR) + "/bin/faultrig_agent";
  std::vector<std::string> words{program, "--folder", folder.string(), "--table", table};
  words.insert(words.end(), flags.begin(), flags.end());
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  // The child stays in there: inside() would take it home again.
  space.inside([&] {
    watcher_ = ::fork();
    if (watcher_ != 0) return;
    ::dup2(in[0], 0);
    ::dup2(out[1], 1);
    ::putenv(const_cast<char*>(marker.c_str()));
    ::execv(program.c_str(), arguments.data());
    ::_exit(127);
  });
  ::close(in[0]);
  ::close(out[1]);
  to_agent_ = Descriptor(in[1]);
  from_agent_ = Descriptor(out[0]);
}

PipedAgent::~PipedAgent() {
  hang_up();
  if (!waited_) wait();
}

void PipedAgent::send(const std::string& bytes) {
  ASSERT_EQ(::write(to_agent_.get(), bytes.data(), bytes.size()),
            static_cast<ssize_t>(bytes.size()));
}

std::optional<AgentMessage> PipedAgent::receive() {
  while (true) {
    if (std::optional<AgentMessage> message = reader_.next()) return message;
    if (!wait_readable(from_agent_)) return std::nullopt;
    std::array<char, 65536> chunk;
    const ssize_t size = ::read(from_agent_.get(), chunk.data(), chunk.size());
    if (size <= 0) return std::nullopt;
    reader_.append({chunk.data(), static_cast<std::size_t>(size)});
  }
}

AgentMessage PipedAgent::ask(const AgentMessage& request) {
  send(to_bytes(request));
  std::optional<AgentMessage> answer = receive();
  if (!answer) throw std::runtime_error("the agent gave no answer");
  return *answer;
}

int PipedAgent::wait() {
  int status = 0;
  ::waitpid(watcher_, &status, 0);
  waited_ = true;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t PipedAgent::agent() const {
  pid_t child = 0;
  eventually([&] {
    std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", watcher_));
    return static_cast<bool>(file >> child);
  });
  return child;
}

}  // namespace faultrig::live
