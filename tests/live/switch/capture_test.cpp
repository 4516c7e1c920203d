// Reads the file back as draft-tuexen-opsawg-pcapng says, sections 3 and 4.
#include "harness/live/switch/capture.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include "harness/errors.hpp"
#include "tests/live/switch/capture_support.hpp"

namespace faultrig::live {
namespace {

class CaptureTest : public testing::Test {
 protected:
  ~CaptureTest() override { std::filesystem::remove(file); }
  const std::filesystem::path file = std::filesystem::path(testing::TempDir()) /
                                     ("capture_" + std::to_string(getpid()) + ".pcapng");
};

TEST_F(CaptureTest, holds_one_interface_a_machine) {
  { Capture capture(file, {"n1", "node-with-a-longer-name"}); }
  const CaptureFile read = read_capture(file);
  ASSERT_EQ(read.interfaces.size(), 2u);
  EXPECT_EQ(read.interfaces[0].name, "n1");
  EXPECT_EQ(read.interfaces[1].name, "node-with-a-longer-name");
  for (const auto& interface : read.interfaces) {
    EXPECT_EQ(interface.link_type, 101);
    EXPECT_EQ(interface.time_resolution, 9);
  }
  EXPECT_TRUE(read.packets.empty());
}

TEST_F(CaptureTest, keeps_packets_times_directions_and_comments) {
  const std::chrono::nanoseconds time(1'790'000'000'123'456'789);
  {
    Capture capture(file, {"n1", "n2"});
    for (std::size_t size = 20; size < 25; ++size) {  // every padding
      capture.add(1, size % 2 == 0, time + std::chrono::nanoseconds(size),
                  std::vector<std::byte>(size, std::byte{7}),
                  size == 22 ? "" : std::string(size, 'c'));
    }
  }
  const CaptureFile read = read_capture(file);
  ASSERT_EQ(read.packets.size(), 5u);
  for (std::size_t i = 0; i < 5; ++i) {
    const std::size_t size = 20 + i;
    EXPECT_EQ(read.packets[i].interface, 1u);
    EXPECT_EQ(read.packets[i].time, static_cast<std::uint64_t>(time.count()) + size);
    EXPECT_EQ(read.packets[i].bytes, std::vector<std::byte>(size, std::byte{7}));
    EXPECT_EQ(read.packets[i].outbound, size % 2 == 0);
    EXPECT_EQ(read.packets[i].comment, size == 22 ? "" : std::string(size, 'c'));
  }
}

TEST_F(CaptureTest, an_impossible_file_is_an_error_with_its_name) {
  try {
    Capture capture("/nonexistent/folder/x.pcapng", {"n1"});
    FAIL() << "no error";
  } catch (const EnvironmentError& error) {
    EXPECT_NE(std::string(error.what()).find("/nonexistent/folder/x.pcapng"), std::string::npos);
  }
}

TEST(CaptureFullDisk, ends_the_capture_but_not_the_run) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full";
  EXPECT_THROW(Capture("/dev/full", {"n1"}), EnvironmentError);
}

}  // namespace
}  // namespace faultrig::live
