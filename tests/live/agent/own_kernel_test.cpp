// A kernel that anybody else runs on is nobody's to spoil.
#include "harness/live/agent/own_kernel.hpp"

#include <gtest/gtest.h>
#include <sys/mount.h>

#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

TEST(own_kernel, is_one_that_nobody_else_was_seen_on) {
  const KernelFacts facts{"b0", true, true};
  EXPECT_EQ(shared_kernel(facts, {"b1", "b2", ""}), "");
  EXPECT_NE(shared_kernel(facts, {"b1", "b0"}).find("shares its kernel"), std::string::npos);
  EXPECT_NE(shared_kernel({"", true, true}, {"b1"}).find("no boot id"), std::string::npos);
  EXPECT_NE(shared_kernel({"b0", false, true}, {"b1"}).find("container"), std::string::npos);
}

TEST(own_kernel, only_a_disposable_machine_with_a_disk_is_reset) {
  const KernelFacts facts{"b0", true, true};
  const std::string disk = "/", memory = "/dev/shm";
  const auto says = [](const std::string& why, const std::string& words) {
    return why.find(words) != std::string::npos;
  };
  EXPECT_TRUE(says(reset_obstacle(facts, {"b1"}, false, disk), "not declared disposable"));
  EXPECT_TRUE(says(reset_obstacle(facts, {"b1", "b0"}, true, disk), "shares its kernel"));
  EXPECT_TRUE(says(reset_obstacle({"b0", false, true}, {"b1"}, true, disk), "container"));
  EXPECT_TRUE(says(reset_obstacle({"b0", true, false}, {"b1"}, true, disk), "only root"));
  in_sandbox([&] {
    ASSERT_EQ(::mount("tmpfs", memory.c_str(), "tmpfs", 0, nullptr), 0);
    EXPECT_TRUE(says(reset_obstacle(facts, {"b1"}, true, memory), "is in memory"));
  });
}

TEST(own_kernel, a_sandbox_is_seen_twice) {
  const KernelFacts outside = kernel_facts();
  EXPECT_FALSE(outside.boot.empty());
  in_sandbox([&] {
    const KernelFacts inside = kernel_facts();
    EXPECT_EQ(inside.boot, outside.boot);
    EXPECT_FALSE(inside.is_first_namespace);
    EXPECT_NE(shared_kernel(inside, {}), "");
  });
}

}  // namespace
}  // namespace faultrig::live
