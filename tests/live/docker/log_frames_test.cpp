#include "harness/live/docker/log_frames.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace faultrig::live {
namespace {

std::string frame(char stream, const std::string& content) {
  std::string bytes{stream, 0, 0, 0};
  for (int shift = 24; shift >= 0; shift -= 8)
    bytes += static_cast<char>(content.size() >> shift & 255);
  return bytes + content;
}

TEST(log_frames, output_and_errors_come_in_their_order) {
  LogFrames frames;
  std::string output;
  EXPECT_TRUE(frames.take(frame(1, "one\n") + frame(2, "two\n") + frame(1, "") + frame(1, "three"),
                          output));
  EXPECT_EQ(output, "one\ntwo\nthree");
}

TEST(log_frames, a_frame_is_passed_on_as_it_comes) {
  LogFrames frames;
  std::string output;
  EXPECT_TRUE(frames.take({"\x01\0\0\0\xff\xff\xff\xff"
                           "begin",
                           13},
                          output));
  EXPECT_EQ(output, "begin") << "of four gigabytes";
}

TEST(log_frames, garbage_ends_it_for_good) {
  using namespace std::string_literals;
  for (const std::string& garbage :
       {"\7\0\0\0\0\0\0\1x"s, "\1\1\0\0\0\0\0\1x"s, "\1\0\0\1\0\0\0\1x"s, "HTTP/1.1"s}) {
    LogFrames frames;
    std::string output;
    EXPECT_TRUE(frames.take(frame(1, "kept"), output));
    EXPECT_FALSE(frames.take(garbage, output));
    EXPECT_FALSE(frames.take(frame(1, "lost"), output));
    EXPECT_EQ(output, "kept");
  }
}

RC_GTEST_PROP(log_frames, however_the_stream_is_cut, (const std::vector<std::string>& contents)) {
  std::string bytes, expected;
  for (const std::string& content : contents) {
    bytes += frame(*rc::gen::element<char>(1, 2), content);
    expected += content;
  }
  LogFrames frames;
  std::string output;
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = *rc::gen::inRange<std::size_t>(1, 20);
    RC_ASSERT(frames.take(std::string_view(bytes).substr(at, size), output));
    at += size;
  }
  RC_ASSERT(output == expected);
}

}  // namespace
}  // namespace faultrig::live
