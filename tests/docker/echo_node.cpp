// A node for the tests of containers, linked statically and without a library of ours: ADDRESS PORT
// DATA_FOLDER TRACE_FILE [HOW_IT_ENDS]. Counts its starts in its data folder, says so, listens and
// answers each connection with nothing; or ends at once: "exit" with 3, "crash" by a signal.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
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

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return 2;
  char name[64] = {};
  gethostname(name, sizeof name - 1);
  std::printf("start %d on %s\n", count_starts(argv[3]), name);
  show("/etc/hosts");
  std::fflush(stdout);
  std::fprintf(stderr, "and this is an error\n");
  if (argc > 5 && std::strcmp(argv[5], "exit") == 0) return 3;
  if (argc > 5 && std::strcmp(argv[5], "crash") == 0) std::abort();

  const int listener = socket(AF_INET, SOCK_STREAM, 0);
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
    const int peer = accept(listener, nullptr, nullptr);
    if (peer >= 0) close(peer);
  }
}
