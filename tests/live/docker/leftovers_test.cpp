#include "harness/live/docker/leftovers.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

namespace faultrig::live {
namespace {

TEST(docker_leftovers, a_label_says_who_answers_for_a_container) {
  const Launcher us = launcher_of(::getpid());
  const auto read = launcher_from(to_label(us));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->process, us.process);
  EXPECT_EQ(read->pid_namespace, us.pid_namespace);
  EXPECT_EQ(read->host, us.host);
  EXPECT_FALSE(is_gone(*read, us));
  for (const char* label : {"", "x", "1 2", "-5 1 boot pid:[1] host", "1 2 boot pid:[1]"})
    EXPECT_FALSE(launcher_from(label)) << label;
}

TEST(docker_leftovers, gone_is_only_what_is_gone_beyond_doubt) {
  const Launcher now{{10, 100, "boot"}, "pid:[1]", "host"};
  Launcher launcher = now;
  EXPECT_FALSE(is_gone(launcher, now));
  launcher.process.started = 99;
  EXPECT_TRUE(is_gone(launcher, now)) << "another process got its number";
  launcher.pid_namespace = "pid:[2]";
  EXPECT_FALSE(is_gone(launcher, now)) << "we cannot see into that namespace";
  launcher.process.boot = "before";
  EXPECT_TRUE(is_gone(launcher, now)) << "nobody outlives a reboot";
  launcher.host = "other";
  EXPECT_FALSE(is_gone(launcher, now)) << "machines may share an engine";
}

}  // namespace
}  // namespace faultrig::live
