#include "tests/targets/host/process_support.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "checkers/history/json.hpp"
#include "harness/node/message.hpp"

namespace faultrig::host {
namespace {

constexpr std::chrono::seconds patience{30};  // a guard against hanging, never a measure

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

}  // namespace

std::string program(const std::string& target) {
  const std::string path = std::string(FAULTRIG_BINARY_DIR) + "/bin/" + target;
  return ::access(path.c_str(), X_OK) == 0 ? path : "";
}

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Below those that the kernel gives to connections: from there it may give a client that connects
// before the node listens the node's own port, which is then taken. Tests at work beside this one
// are other processes, so they look elsewhere.
std::uint16_t free_port() {
  constexpr int first = 20'000, count = 12'000, a_process = 16;
  static int given = 0;
  for (int tries = 0; tries < count; ++tries) {
    const int place = (::getpid() * a_process + given++) % count;
    const sockaddr_in address = loopback(static_cast<std::uint16_t>(first + place));
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int error =
        ::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    ::close(descriptor);
    if (error == 0) return static_cast<std::uint16_t>(first + place);
  }
  throw std::runtime_error("no free port on loopback");
}

Process::Process(const std::vector<std::string>& command, const std::filesystem::path& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string log_name = log.string();
  pid_ = ::fork();
  if (pid_ == 0) {
    const int out = ::open(log_name.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
}

Process::Process(Process&& other) noexcept : pid_(other.pid_) { other.pid_ = -1; }

Process::~Process() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) {
  if (pid_ > 0) ::kill(pid_, number);
}

std::string Process::wait() {
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  if (WIFSIGNALED(status)) return fmt::format("signal {}", WTERMSIG(status));
  return fmt::format("exit {}", WEXITSTATUS(status));
}

LoopbackCluster::LoopbackCluster(int nodes, std::vector<std::string> flags, std::string target)
    : target_(std::move(target)), flags_(std::move(flags)) {
  std::string pattern = std::filesystem::temp_directory_path() / (target_ + "_XXXXXX");
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  folder_ = pattern;
  for (int i = 1; i <= nodes; ++i) {
    names_.push_back(fmt::format("n{}", i));
    ports_[names_.back()] = free_port();
  }
  for (const std::string& name : names_) start(name);
}

LoopbackCluster::~LoopbackCluster() {
  processes_.clear();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

std::vector<std::string> LoopbackCluster::command(const std::string& node) const {
  std::string peers;
  for (const auto& [name, port] : ports_) {
    peers += fmt::format("{}{}=127.0.0.1:{}", peers.empty() ? "" : ",", name, port);
  }
  std::vector<std::string> words = {
      program(target_), "--node",  node,        "--peers", peers, "--data",
      folder_ / node,   "--trace", trace(node), "--seed",  "1"};
  words.insert(words.end(), flags_.begin(), flags_.end());
  return words;
}

void LoopbackCluster::start(const std::string& node) {
  processes_.emplace(node, Process(command(node), folder_ / (node + ".log")));
}

void LoopbackCluster::kill(const std::string& node) { processes_.erase(node); }

std::string LoopbackCluster::terminate(const std::string& node) {
  processes_.at(node).signal(SIGTERM);
  const std::string how = processes_.at(node).wait();
  processes_.erase(node);
  return how;
}

std::string LoopbackCluster::log(const std::string& node) const {
  return read_file(folder_ / (node + ".log"));
}

LineClient::LineClient(std::string name, std::uint16_t port, std::string node)
    : name_(std::move(name)), node_(std::move(node)) {
  const auto give_up = std::chrono::steady_clock::now() + patience;
  sockaddr_in address = loopback(port);
  while (std::chrono::steady_clock::now() < give_up) {
    descriptor_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval limit{10, 0};
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0) return;
    ::close(descriptor_);
    descriptor_ = -1;
    std::this_thread::yield();  // the program is still starting
  }
  throw std::runtime_error(fmt::format("nobody listens on port {}", port));
}

LineClient::~LineClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void LineClient::send_raw(const std::string& bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const ssize_t sent = ::send(descriptor_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the other side has closed: read_line will tell
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::optional<std::string> LineClient::read_line() {
  while (true) {
    const std::size_t end = buffer_.find('\n');
    if (end != std::string::npos) {
      std::string line = buffer_.substr(0, end);
      buffer_.erase(0, end + 1);
      return line;
    }
    char chunk[4096];
    const ssize_t count = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (count <= 0) return std::nullopt;
    buffer_.append(chunk, static_cast<std::size_t>(count));
  }
}

Value LineClient::ask(Value::Map body) {
  body.emplace_back("msg_id", ++next_id_);
  send_raw(to_line({name_, node_, Value(std::move(body))}) + "\n");
  const std::optional<std::string> line = read_line();
  return line ? message_from_line(*line).body : Value();
}

Value ask_until(const LoopbackCluster& cluster, const std::string& node, const Value::Map& body,
                const std::string& type) {
  static int clients = 0;
  const auto give_up = std::chrono::steady_clock::now() + patience;
  Value last;
  while (std::chrono::steady_clock::now() < give_up) {
    LineClient client(fmt::format("t{}", ++clients), cluster.port(node), node);
    last = client.ask(body);
    if (last.string_or("type", "") == type) return last;
  }
  return last;
}

}  // namespace faultrig::host
