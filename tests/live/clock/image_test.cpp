// The image as it was linked: what nobody would fill in must not be in it, and what C libraries
// look for must.
#include <gtest/gtest.h>

#include <algorithm>

#include "harness/live/clock/elf_image.hpp"
#include "harness/live/clock/node_clock.hpp"

namespace faultrig::live {
namespace {

// Aligned, as it will be mapped.
class ClockImage : public testing::Test {
 protected:
  ClockImage() {
    if (clock_image().empty()) return;
    std::copy(clock_image().begin(), clock_image().end(), memory_);
    image_ = read_elf_image(memory_);
  }
  void SetUp() override {
    if (clock_image().empty()) GTEST_SKIP() << "there is no image for this kind of machine";
  }

  alignas(4096) char memory_[ImageLayout::functions] = {};
  ElfImage image_;
};

TEST_F(ClockImage, needs_no_relocation) {
  EXPECT_EQ(image_.relocations, 0u);
  EXPECT_LT(clock_image().size(), ImageLayout::functions);
}

// And, for the supervisor, the two addresses of a handler.
TEST_F(ClockImage, exports_what_the_kernel_does) {
  std::vector<std::string> names;
  for (const ElfFunction& function : image_.functions) {
    EXPECT_EQ(function.version, "LINUX_2.6") << function.name;
    EXPECT_GT(function.offset, 0u);
    names.push_back(function.name);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"__vdso_clock_getres", "__vdso_clock_gettime",
                                             "__vdso_getcpu", "__vdso_gettimeofday", "__vdso_time",
                                             "faultrig_on_trap", "faultrig_return"}));
  EXPECT_EQ(image_.name, "linux-vdso.so.1");
}

// The reader knows the real one as well, which has other hash tables.
TEST_F(ClockImage, the_kernels_own_is_read_alike) {
  const ElfImage own = read_elf_image(own_vdso());
  EXPECT_EQ(own.name, image_.name);
  EXPECT_EQ(own.relocations, 0u);
  EXPECT_TRUE(own.system_call.has_value());
  for (const ElfFunction& function : image_.functions)
    EXPECT_EQ(own.find(function.name) != 0, function.name.starts_with("__")) << function.name;
  EXPECT_EQ(own.find("__vdso_no_such"), 0u);
}

}  // namespace
}  // namespace faultrig::live
