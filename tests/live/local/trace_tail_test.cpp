#include "harness/live/local/trace_tail.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

class TraceTailTest : public testing::Test {
 protected:
  void append(const std::string& text) { std::ofstream(file, std::ios::app) << text; }
  std::string read() {
    std::vector<TraceEvent> events;
    tail.read(events);
    std::string names;
    for (const TraceEvent& event : events) {
      EXPECT_EQ(event.node, "n1");
      names += event.event + std::to_string(event.fields.integer_or("seq", -1)) + " ";
    }
    return names;
  }
  ScratchFolder folder;
  std::filesystem::path file = folder.path() / "trace.jsonl";
  TraceTail tail{"n1", file};
};

TEST_F(TraceTailTest, gives_each_line_once) {
  EXPECT_EQ(read(), "") << "there is no file yet";
  append("{\"event\":\"a\",\"seq\":0}\n{\"event\":\"b\",\"seq\":1}\n");
  EXPECT_EQ(read(), "a0 b1 ");
  EXPECT_EQ(read(), "");
  append("{\"event\":\"c\",\"seq\":2}\n");
  EXPECT_EQ(read(), "c2 ");
}

TEST_F(TraceTailTest, waits_for_the_end_of_a_line) {
  append("{\"event\":\"a\",");
  EXPECT_EQ(read(), "");
  append("\"seq\":0}\n{\"ev");
  EXPECT_EQ(read(), "a0 ");
  append("ent\":\"b\",\"seq\":1}\n");
  EXPECT_EQ(read(), "b1 ");
}

TEST_F(TraceTailTest, passes_over_what_is_no_event) {
  append("{\"event\":\"a\",\"se{\"event\":\"a\",\"seq\":0}\n\nnull\n[1]\n{\"seq\":3}\n");
  append("{\"event\":7}\n{\"event\":\"b\",\"seq\":1}\n");
  EXPECT_EQ(read(), "b1 ");
}

TEST_F(TraceTailTest, begins_anew_with_a_file_that_became_shorter) {
  append("{\"event\":\"a\",\"seq\":0}\n{\"event\":\"b\",\"se");
  EXPECT_EQ(read(), "a0 ");
  std::ofstream(file, std::ios::trunc) << "{\"event\":\"c\",\"seq\":0}\n";
  EXPECT_EQ(read(), "c0 ");
}

TEST_F(TraceTailTest, reads_long_files_whole) {
  for (int i = 0; i < 10'000; ++i)
    append("{\"event\":\"long-enough-to-cross-the-chunk\",\"seq\":" + std::to_string(i) + "}\n");
  std::vector<TraceEvent> events;
  tail.read(events);
  ASSERT_EQ(events.size(), 10'000u);
  EXPECT_EQ(events.back().fields.integer_or("seq", -1), 9'999);
}

}  // namespace
}  // namespace faultrig::live
