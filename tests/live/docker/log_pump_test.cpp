#include "harness/live/docker/log_pump.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "harness/store.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

struct Engine {
  Engine() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
    ours = Descriptor(ends[0]);
    theirs = Descriptor(ends[1]);
  }
  void send(const std::string& bytes) const {
    EXPECT_EQ(::write(ours.get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  Descriptor ours, theirs;
};

Descriptor open_log(const std::filesystem::path& path) {
  return Descriptor(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0644));
}

TEST(docker_log_pump, carries_several_nodes_until_each_ends) {
  const ScratchFolder scratch;
  const auto file = [&](const char* name) { return scratch.path() / name; };
  LogPump pump;
  Engine one, two;
  pump.add("n1", {std::move(one.theirs), "\1\0\0\0\0\0\0\5fir"s}, open_log(file("n1")));
  pump.add("n2", {std::move(two.theirs), ""}, open_log(file("n2")));
  one.send("st\1\0\0\0\0\0\0\1!"s);
  two.send("\2\0\0\0\0\0\0\5other"s);
  EXPECT_TRUE(await([&] { return read_file(file("n1")) == "first!"; }));
  EXPECT_TRUE(await([&] { return read_file(file("n2")) == "other"; }));
  EXPECT_TRUE(pump.flows("n1"));
  EXPECT_FALSE(pump.await_end("n1", 0ms));
  one.ours.reset();
  EXPECT_TRUE(pump.await_end("n1", 1min));
  EXPECT_FALSE(pump.flows("n1"));
  EXPECT_TRUE(pump.flows("n2"));
  EXPECT_TRUE(pump.await_end("n3", 0ms)) << "nothing flows for it";
}

TEST(docker_log_pump, ends_with_what_is_no_output) {
  const ScratchFolder scratch;
  const auto path = scratch.path() / "log";
  LogPump pump;
  Engine engine;
  pump.add("n1", {std::move(engine.theirs), "\1\0\0\0\0\0\0\2ok"s}, open_log(path));
  engine.send("HTTP/1.1 500 and so on");
  EXPECT_TRUE(pump.await_end("n1", 1min));
  EXPECT_EQ(read_file(path), "ok\n[the rest is no output of a container]\n");
}

}  // namespace
}  // namespace faultrig::live
