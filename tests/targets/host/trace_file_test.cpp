#include "targets/host/trace_file.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checkers/history/json.hpp"
#include "harness/node/trace_event.hpp"
#include "tests/targets/host/process_support.hpp"

namespace faultrig::host {
namespace {

class TraceFileTest : public testing::Test {
 protected:
  TraceFileTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "trace_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
    file_ = folder_ / "n1.trace";
  }
  ~TraceFileTest() override { std::filesystem::remove_all(folder_); }

  void one_life() {
    TraceFile trace(file_, "n1");
    trace.add(NodeTime(5), "host.start", Value::map({}));
    trace.add(NodeTime(6), "raft.recover", Value::map({}));
  }
  std::vector<std::string> lines() {
    std::istringstream text(read_file(file_));
    std::vector<std::string> result;
    for (std::string line; std::getline(text, line);) result.push_back(line);
    return result;
  }
  static std::string event(const std::string& line) {
    return parse_json(line).string_or("event", "");
  }

  std::filesystem::path folder_;
  std::filesystem::path file_;
};

TEST_F(TraceFileTest, ALifeFollowsTheOneBeforeWithoutAnEmptyLine) {
  one_life();
  one_life();
  ASSERT_EQ(lines().size(), 4u);
  EXPECT_EQ(event(lines()[2]), "host.start");
  EXPECT_EQ(parse_json(lines()[3]).integer_or("seq", 0), 2);
}

TEST_F(TraceFileTest, ALineTornByAKillDoesNotSwallowTheNextStart) {
  one_life();
  std::ofstream(file_, std::ios::app) << R"({"t":7,"node":"n1","seq":3,"ev)";
  one_life();
  ASSERT_EQ(lines().size(), 5u);
  EXPECT_THROW(parse_json(lines()[2]), JsonError);
  EXPECT_EQ(event(lines()[3]), "host.start");
  EXPECT_EQ(event(lines()[4]), "raft.recover");
}

TEST_F(TraceFileTest, OpeningAloneLeavesTheFileAsItIs) {
  std::ofstream(file_) << "torn";
  { const TraceFile trace(file_, "n1"); }
  EXPECT_EQ(read_file(file_), "torn");
}

// A file that may not grow refuses a line in its middle; later lines tell by their numbers.
TEST_F(TraceFileTest, WhatCannotBeWrittenLeavesAGap) {
  const auto no_signal = std::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  {
    TraceFile trace(file_, "n1");
    trace.add(NodeTime(5), "host.start", Value::map({}));
    trace.flush();
    rlimit tight = before;
    tight.rlim_cur = std::filesystem::file_size(file_) + 10;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tight), 0);
    trace.add(NodeTime(6), "lost", Value::map({}));
    trace.flush();
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    trace.add(NodeTime(7), "kept", Value::map({}));
    trace.flush();
  }
  std::signal(SIGXFSZ, no_signal);
  ASSERT_EQ(lines().size(), 3u);
  EXPECT_FALSE(read_trace_line("n1", lines()[1]).has_value());
  EXPECT_EQ(event(lines()[2]), "kept");
  EXPECT_EQ(parse_json(lines()[2]).integer_or("seq", 0), 3);
}

}  // namespace
}  // namespace faultrig::host
