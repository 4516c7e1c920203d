// A node for the tests of containers, linked statically and without a library of ours: ADDRESS PORT
// DATA_FOLDER TRACE_FILE [HOW_IT_ENDS]. Counts its starts in its data folder, says so and how long
// its machine is up, listens and answers each connection with nothing; or ends at once: "exit" with
// 3, "crash" by a signal. With "rights" it shows its own. With "clock" it says by how many seconds
// its wall clock has left the monotonic one since it began, whenever that changes; with
// "clock-as-user" as another user, after another exec.
#include <arpa/inet.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

namespace {

int count_starts(const std::string& folder) {
  const std::string path = folder + "/starts";
  std::FILE* file = std::fopen(path.c_str(), "a+");
  if (file == nullptr) return -1;
  std::fputc('x', file);
  const long starts = std::ftell(file);
  std::fclose(file);
  return static_cast<int>(starts);
}

void show(const char* path) {
  std::FILE* file = std::fopen(path, "r");
  char line[256];
  while (file != nullptr && std::fgets(line, sizeof line, file) != nullptr)
    std::printf("%s: %s", path, line);
  if (file != nullptr) std::fclose(file);
}

double seconds_of(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

double wall_ahead() { return seconds_of(CLOCK_REALTIME) - seconds_of(CLOCK_MONOTONIC); }

// Until a connection is there.
void tell_clock(int listener, double at_first, long& said) {
  pollfd connection{listener, POLLIN, 0};
  do {
    const long ahead = std::lround(wall_ahead() - at_first);
    if (ahead != said) std::printf("clock %ld\n", said = ahead);
    std::fflush(stdout);
  } while (poll(&connection, 1, 5) == 0);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  char name[64] = {};
  gethostname(name, sizeof name - 1);
  std::printf("start %d on %s\n", count_starts(argv[3]), name);
  std::printf("up for %.0f s\n", seconds_of(CLOCK_MONOTONIC));
  show("/etc/hosts");
  const std::string how = argc > 5 ? argv[5] : "";
  if (how == "rights") {
    std::printf("namespaces: %s\n", unshare(CLONE_NEWUSER) == 0 ? "made" : std::strerror(errno));
    show("/proc/self/status");
  }
  std::fflush(stdout);
  std::fprintf(stderr, "and this is an error\n");
  if (how == "exit") return 3;
  if (how == "crash") std::abort();
  if (how == "clock-as-user") {
    argv[5] = const_cast<char*>("clock");
    if (setgid(1234) == 0 && setuid(1234) == 0) execv(argv[0], argv);
    std::perror("execute as another user");
    return 1;
  }
  const double ahead_at_first = wall_ahead();
  long said = 0;

  const int listener = socket(AF_INET, SOCK_STREAM, 0);
  // Its network outlives it, with the connections that it has closed.
  const int again = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::atoi(argv[2])));
  inet_pton(AF_INET, argv[1], &address.sin_addr);
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener, 100) != 0) {
    std::perror("listen");
    return 1;
  }
  if (std::FILE* trace = std::fopen(argv[4], "a")) {
    std::fputs("{\"event\":\"echo.up\",\"seq\":0}\n", trace);
    std::fclose(trace);
  }
  while (true) {
    if (how == "clock") tell_clock(listener, ahead_at_first, said);
    const int peer = accept(listener, nullptr, nullptr);
    if (peer >= 0) close(peer);
  }
}
