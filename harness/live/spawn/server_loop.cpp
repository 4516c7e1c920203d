#include "harness/live/spawn/server_loop.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <stdexcept>

#include "harness/cluster.hpp"
#include "harness/errors.hpp"
#include "harness/live/spawn/lifeline.hpp"
#include "harness/live/spawn/node_init.hpp"
#include "harness/live/spawn/wire.hpp"

namespace faultrig::live {
namespace {

// An init answers within a millisecond, pausing within two seconds; one that does not is broken.
constexpr int longest_answer_ms = 10'000;

struct ServedNode {
  pid_t init = -1;  // -1: none
  Descriptor control;
  NodeState state = NodeState::stopped;
  std::string how;
};

std::string how_it_ended(int status) {
  if (!WIFSIGNALED(status)) return fmt::format("exit {}", WEXITSTATUS(status));
  const char* name = ::sigabbrev_np(WTERMSIG(status));
  return fmt::format("signal {} (SIG{})", WTERMSIG(status), name == nullptr ? "?" : name);
}

class Server {
 public:
  Server(int control, Lifeline lifeline) : control_(control), lifeline_(std::move(lifeline)) {}

  void serve() {
    while (std::optional<WireMessage> request = receive_message(control_)) {
      WireMessage reply;
      try {
        reply = handle(*request);
      } catch (const EnvironmentError& error) {
        reply.kind = MessageKind::refused;
        reply.error = error.error;
        reply.texts = {error.action, error.object};
      }
      send_message(control_, reply);
    }
  }

  void end_all() {
    for (auto& [name, node] : nodes_)
      if (node.init > 0) end(node);
  }

 private:
  WireMessage handle(WireMessage& request) {
    if (request.kind == MessageKind::start) {
      start(request);
      return {};
    }
    ServedNode& node = nodes_[request.texts.at(0)];
    look_after(node);
    WireMessage reply;
    switch (request.kind) {
      case MessageKind::kill:
        reply.number = kill(node);
        break;
      case MessageKind::pause:
        reply.number = signal(node, request.kind, NodeState::paused);
        break;
      case MessageKind::resume:
        reply.number = signal(node, request.kind, NodeState::running);
        break;
      case MessageKind::status:
        reply.number = static_cast<std::int32_t>(node.state);
        reply.texts = {node.how};
        break;
      case MessageKind::start:
      case MessageKind::count:
      case MessageKind::done:
      case MessageKind::refused:
      case MessageKind::ended:
        throw std::logic_error("spawn server: not a request");
    }
    return reply;
  }

  void start(WireMessage& request) {
    ServedNode& node = nodes_[request.texts.at(0)];
    look_after(node);
    if (node.init > 0)
      throw EnvironmentError("cannot start", "the program: it is running already", 0);
    auto [ours, theirs] = make_message_pair();
    const pid_t init = clone_init();
    if (init == 0) become_init(request, theirs.get());
    theirs.reset();
    node = {init, std::move(ours), NodeState::running, ""};
    std::optional<WireMessage> answer = receive_message(node.control.get(), longest_answer_ms);
    if (answer && answer->kind == MessageKind::done) return;
    end(node);
    if (!answer) throw EnvironmentError("cannot start", "the init", 0);
    throw EnvironmentError(answer->texts.at(0), answer->texts.at(1), answer->error);
  }

  // As fork, but into new namespaces; our one thread makes the raw call safe.
  pid_t clone_init() {
    constexpr int flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | SIGCHLD;
    const auto init = static_cast<pid_t>(::syscall(SYS_clone, flags, 0, 0, 0, 0));
    if (init < 0) throw EnvironmentError("cannot make namespaces", "(pid, mount, uts, ipc)", errno);
    return init;
  }

  [[noreturn]] void become_init(WireMessage& request, int control) {
    NodeProgram program;
    program.name = request.texts.at(0);
    program.command = unpack(request.texts.at(1));
    program.environment = unpack(request.texts.at(2));
    program.folder = request.texts.at(3);
    program.hosts_file = request.texts.at(4);
    program.visible = unpack(request.texts.at(5));
    program.since_boot = std::chrono::seconds(std::stoll(request.texts.at(6)));
    program.trap_waits = request.texts.at(7) == "trap";
    const std::string& lent = request.texts.at(8);
    for (std::size_t i = 0; i < lent.size(); ++i) {
      int& place = lent[i] == 'l' ? program.log : lent[i] == 'n' ? program.network : program.clock;
      place = request.descriptors.at(i).get();
    }
    const int server = lifeline_.child_end.get();
    close_all_but({control, program.log, program.network, program.clock, server});
    run_node_init(program, control, server);
  }

  // Takes note of a program that ended by itself.
  void look_after(ServedNode& node) {
    if (node.init <= 0) return;
    if (const std::optional<WireMessage> news = receive_message(node.control.get(), 0)) {
      if (news->kind != MessageKind::ended) throw std::logic_error("spawn server: unasked answer");
      note_end(node, how_it_ended(news->number));
      return;
    }
    int status = 0;
    if (::waitpid(node.init, &status, WNOHANG) != node.init) return;
    node.init = -1;
    note_end(node, fmt::format("its init: {}", how_it_ended(status)));
  }

  void note_end(ServedNode& node, std::string how) {
    if (node.init > 0) ::waitpid(node.init, nullptr, 0);
    node = {-1, Descriptor(), NodeState::exited, std::move(how)};
  }

  // The answer of the init; empty when the program ended instead.
  std::optional<int> ask(ServedNode& node, MessageKind kind) {
    WireMessage request;
    request.kind = kind;
    try {
      send_message(node.control.get(), request);
    } catch (const EnvironmentError&) {  // it is ending just now; its last word may be waiting
    }
    const std::optional<WireMessage> reply = receive_message(node.control.get(), longest_answer_ms);
    if (reply && reply->kind == MessageKind::done) return reply->number;
    if (reply && reply->kind == MessageKind::ended) {
      note_end(node, how_it_ended(reply->number));
      return std::nullopt;
    }
    end(node);
    note_end(node, "its init did not answer");
    return std::nullopt;
  }

  int kill(ServedNode& node) {
    const int processes = node.init > 0 ? ask(node, MessageKind::count).value_or(0) : 0;
    if (node.init > 0) end(node);
    node.state = NodeState::stopped;
    node.how.clear();
    return processes;
  }

  // Kills the init; the kernel lets us reap it only when the whole namespace is gone.
  void end(ServedNode& node) {
    ::kill(node.init, SIGKILL);  // our child and not yet reaped, so the pid is its own
    ::waitpid(node.init, nullptr, 0);
    node = ServedNode();
  }

  int signal(ServedNode& node, MessageKind kind, NodeState reached) {
    if (node.init <= 0) return 0;
    const std::optional<int> processes = ask(node, kind);
    if (processes) node.state = reached;
    return processes.value_or(0);
  }

  int control_;
  Lifeline lifeline_;
  std::map<std::string, ServedNode> nodes_;
};

}  // namespace

void run_spawn_server(int control) {
  close_all_but({control});
  ::setsid();  // a terminal's Ctrl-C is for the control process
  ::prctl(PR_SET_NAME, "spawn server");
  try {
    Server server(control, make_lifeline());
    try {
      server.serve();
    } catch (const EnvironmentError&) {  // the control process is gone
    }
    server.end_all();
    ::_exit(0);
  } catch (const std::exception& error) {
    fmt::print(stderr, "faultrig: internal error in the spawn server: {}\n", error.what());
  }
  ::_exit(255);
}

}  // namespace faultrig::live
