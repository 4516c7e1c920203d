#include "harness/live/spawn/server.hpp"

#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "harness/errors.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

std::string read_whole(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();  // ends early where a process ended
  return text.str();
}

// Whether all of twenty_daemons stands: 20 shells with a sleep each, and the program, which becomes
// a sleep last, when nothing transient is left.
bool all_daemons_sleep(const std::string& marker) {
  const std::vector<pid_t> all = marked_processes(marker);
  const auto sleeps = std::count_if(all.begin(), all.end(), [](pid_t process) {
    return read_whole("/proc/" + std::to_string(process) + "/cmdline").rfind("sleep", 0) == 0;
  });
  return all.size() == 41 && sleeps == 21;
}

// A server and one program of /bin/sh, whose output goes to folder/log.txt.
class Rig {
 public:
  explicit Rig(const std::string& script) : marker(new_marker()) {
    log = Descriptor(::open((folder.path() / "log.txt").c_str(),
                            O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
    program.name = "n1";
    program.command = {"/bin/sh", "-c", script};
    program.environment = {marker};
    program.folder = folder.path().string();
    program.visible = {folder.path().string()};
    program.log = log.get();
  }
  std::string output() const { return read_whole(folder.path() / "log.txt"); }
  std::size_t alive() const { return marked_processes(marker).size(); }

  SpawnServer server;
  ScratchFolder folder;
  std::string marker;
  Descriptor log;
  NodeProgram program;
};

std::string states_of(const std::vector<pid_t>& processes) {
  std::string states;
  for (const pid_t process : processes) {
    const std::string stat = read_whole("/proc/" + std::to_string(process) + "/stat");
    const std::size_t end = stat.rfind(')');
    states += end == std::string::npos ? '-' : stat.at(end + 2);
  }
  return states;
}

constexpr const char* twenty_daemons =
    "for i in $(seq 20); do (setsid sh -c 'trap \"\" TERM HUP; while :; do sleep 1000; done' &); "
    "done; exec sleep 1000";

TEST(spawn_server, kills_daemons_that_hid_from_their_parents) {
  in_sandbox([] {
    Rig rig(twenty_daemons);
    rig.server.start(rig.program);
    ASSERT_TRUE(await([&] { return all_daemons_sleep(rig.marker); }));
    EXPECT_EQ(rig.server.status("n1").state, NodeState::running);
    EXPECT_EQ(rig.server.kill("n1"), 41);
    EXPECT_EQ(rig.alive(), 0u);
    EXPECT_EQ(rig.server.status("n1").state, NodeState::stopped);
    EXPECT_EQ(rig.server.kill("n1"), 0);
  });
}

TEST(spawn_server, pauses_and_resumes_every_process) {
  in_sandbox([] {
    Rig rig(twenty_daemons);
    rig.server.start(rig.program);
    ASSERT_TRUE(await([&] { return all_daemons_sleep(rig.marker); }));
    EXPECT_EQ(rig.server.pause("n1"), 41);
    // D: a shell in vfork, whose child was stopped before its exec.
    EXPECT_EQ(states_of(marked_processes(rig.marker)).find_first_not_of("TD"), std::string::npos);
    EXPECT_EQ(rig.server.status("n1").state, NodeState::paused);
    EXPECT_EQ(rig.server.resume("n1"), 41);
    EXPECT_EQ(states_of(marked_processes(rig.marker)).find('T'), std::string::npos);
    EXPECT_EQ(rig.server.status("n1").state, NodeState::running);
    EXPECT_EQ(rig.server.pause("n1"), 41);
    EXPECT_EQ(rig.server.kill("n1"), 41) << "a paused node dies like any other";
    EXPECT_EQ(rig.alive(), 0u);
  });
}

TEST(spawn_server, pauses_the_parent_of_a_vfork) {
#ifdef __SANITIZE_THREAD__
  GTEST_SKIP() << "ThreadSanitizer's runtime makes every vfork a fork, so that nobody waits in one";
#endif
  in_sandbox([] {
    Rig rig("");
    rig.program.command = {this_program(), "--role=vfork-parent"};
    rig.program.visible.push_back(this_program());
    rig.server.start(rig.program);
    ASSERT_TRUE(await([&] { return rig.alive() == 2; }));
    EXPECT_EQ(rig.server.pause("n1"), 2);
    EXPECT_EQ(rig.server.resume("n1"), 2);
    EXPECT_EQ(rig.server.kill("n1"), 2);
  });
}

TEST(spawn_server, tells_how_a_program_ended_by_itself) {
  in_sandbox([] {
    Rig rig("echo last words; exit 7");
    rig.server.start(rig.program);
    ASSERT_TRUE(await([&] { return rig.server.status("n1").state == NodeState::exited; }));
    EXPECT_EQ(rig.server.status("n1").how, "exit 7");
    EXPECT_EQ(rig.output(), "last words\n");
    EXPECT_EQ(rig.server.pause("n1"), 0);

    rig.program.command = {"/bin/sh", "-c", "kill -SEGV $$"};
    rig.server.start(rig.program);
    ASSERT_TRUE(await([&] { return rig.server.status("n1").state == NodeState::exited; }));
    EXPECT_EQ(rig.server.status("n1").how, "signal 11 (SIGSEGV)");
  });
}

TEST(spawn_server, starts_again_after_a_kill_with_the_disk_as_it_was) {
  in_sandbox([] {
    Rig rig("echo start >> disk; echo up; exec sleep 1000");
    for (const char* expected : {"up\n", "up\nup\n", "up\nup\nup\n"}) {
      rig.server.start(rig.program);
      ASSERT_TRUE(await([&] { return rig.output() == expected; }));
      EXPECT_GE(rig.server.kill("n1"), 1);
    }
    EXPECT_EQ(read_whole(rig.folder.path() / "disk"), "start\nstart\nstart\n");
  });
}

TEST(spawn_server, gives_the_node_its_own_view) {
  in_sandbox([] {
    Rig rig(
        "hostname; echo $GREETING; cat /etc/hosts; echo $$ > pid; ls /tmp; pwd; exec sleep 1000");
    std::ofstream(rig.folder.path() / "hosts") << "10.77.1.1 n1\n";
    rig.program.hosts_file = (rig.folder.path() / "hosts").string();
    rig.program.environment.push_back("GREETING=a = b");
    rig.server.start(rig.program);
    const std::string folder = rig.folder.path().string();
    // Its /tmp is its own, but for the path to its folder where that lies there.
    const fs::path below_tmp = rig.folder.path().lexically_relative("/tmp");
    const std::string listed = *below_tmp.begin() == ".." ? "" : below_tmp.begin()->string() + "\n";
    const std::string expected = "n1\na = b\n10.77.1.1 n1\n" + listed + folder + "\n";
    EXPECT_TRUE(await([&] { return rig.output() == expected; })) << rig.output();
    EXPECT_EQ(read_whole(rig.folder.path() / "pid"), "2\n") << "the child of the node's init";
  });
}

TEST(spawn_server, says_what_cannot_be_executed) {
  in_sandbox([] {
    Rig rig("");
    rig.program.command = {"/no/such/program"};
    try {
      rig.server.start(rig.program);
      FAIL() << "started";
    } catch (const EnvironmentError& error) {
      EXPECT_STREQ(error.what(),
                   "cannot execute /no/such/program for node n1: No such file or directory");
    }
    EXPECT_EQ(rig.server.status("n1").state, NodeState::stopped);
  });
}

TEST(spawn_server, refuses_to_start_a_running_node) {
  in_sandbox([] {
    Rig rig("exec sleep 1000");
    rig.server.start(rig.program);
    EXPECT_THROW(rig.server.start(rig.program), EnvironmentError);
    EXPECT_EQ(rig.server.status("n1").state, NodeState::running);
  });
}

TEST(spawn_server, takes_its_nodes_along) {
  in_sandbox([] {
    std::optional<Rig> rig(std::in_place, twenty_daemons);
    const std::string marker = rig->marker;
    rig->server.start(rig->program);
    ASSERT_TRUE(await([&] { return all_daemons_sleep(marker); }));
    rig.reset();
    EXPECT_TRUE(marked_processes(marker).empty());
  });
}

TEST(spawn_server, killed_itself_takes_its_nodes_along) {
  in_sandbox([] {
    Rig rig(twenty_daemons);
    rig.server.start(rig.program);
    ASSERT_TRUE(await([&] { return all_daemons_sleep(rig.marker); }));
    ::kill(rig.server.pid(), SIGKILL);
    EXPECT_TRUE(await([&] { return rig.alive() == 0; }));
    EXPECT_THROW(rig.server.status("n1"), EnvironmentError);
  });
}

}  // namespace
}  // namespace faultrig::live
