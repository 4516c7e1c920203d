#include "harness/store.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <thread>

namespace faultrig {
namespace {

namespace fs = std::filesystem;

// A folder of its own for every test, gone afterwards.
class StoreTest : public testing::Test {
 protected:
  StoreTest() {
    std::string name = (fs::temp_directory_path() / "faultrig-store-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~StoreTest() override {
    std::error_code ignored;
    fs::permissions(folder_, fs::perms::owner_all, ignored);
    fs::remove_all(folder_, ignored);
  }
  fs::path folder_;
};

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "";
}

TEST_F(StoreTest, run_folders_are_numbered_and_latest_points_at_the_last) {
  const fs::path runs = folder_ / "deep" / "runs";
  EXPECT_EQ(RunFolder::create(runs, "demo").path(), runs / "0001-demo");
  EXPECT_EQ(fs::read_symlink(runs / "latest"), "0001-demo");
  EXPECT_EQ(RunFolder::create(runs, "other").path(), runs / "0002-other");
  EXPECT_EQ(fs::read_symlink(runs / "latest"), "0002-other");
  fs::create_directory(runs / "0041-gap");
  fs::create_directory(runs / "not-a-run");
  fs::create_directory(runs / "99999999999999999999-huge");
  EXPECT_EQ(RunFolder::create(runs, "").path(), runs / "0042-run");
  EXPECT_TRUE(fs::is_directory(runs / "latest"));
}

TEST_F(StoreTest, runs_that_start_at_once_get_numbers_of_their_own) {
  std::vector<fs::path> made(24);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < made.size(); ++i) {
    threads.emplace_back([&, i] {
      made[i] = RunFolder::create(folder_, i % 2 == 0 ? "even" : "odd").path().filename();
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> numbers;
  for (const fs::path& path : made) numbers.insert(path.string().substr(0, 4));
  EXPECT_EQ(numbers.size(), made.size());
  EXPECT_EQ(*numbers.rbegin(), "0024");
  EXPECT_TRUE(fs::is_directory(folder_ / "latest"));
}

TEST_F(StoreTest, node_folders_are_made_when_asked_for) {
  const RunFolder run = RunFolder::create(folder_, "demo");
  EXPECT_EQ(run.node("n3"), run.path() / "nodes" / "n3");
  EXPECT_TRUE(fs::is_directory(run.path() / "nodes" / "n3"));
  EXPECT_EQ(run.file("run.json"), run.path() / "run.json");
}

TEST_F(StoreTest, a_folder_that_cannot_be_made_is_named) {
  write_file(folder_ / "file", "x");
  const std::string message = message_of([&] { RunFolder::create(folder_ / "file", "demo"); });
  EXPECT_NE(message.find((folder_ / "file").string()), std::string::npos) << message;
  EXPECT_NE(message_of([&] { RunFolder::create("/proc/nowhere", "demo"); }), "");
}

TEST_F(StoreTest, a_line_is_in_the_file_when_append_returns) {
  LineFile file(folder_ / "history.jsonl");
  file.append("one");
  EXPECT_EQ(read_file(folder_ / "history.jsonl"), "one\n");
  file.append("");
  LineFile again(folder_ / "history.jsonl");
  again.append("three");
  file.append("four");
  EXPECT_EQ(read_file(folder_ / "history.jsonl"), "one\n\nthree\nfour\n");
}

TEST_F(StoreTest, a_killed_process_leaves_whole_lines) {
  const pid_t child = ::fork();
  if (child == 0) {
    LineFile file(folder_ / "lines");
    for (int i = 0; i < 1000; ++i) file.append(fmt::format("line {}", i));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(last_lines(folder_ / "lines", 1), std::vector<std::string>{"line 999"});
}

TEST_F(StoreTest, a_full_disk_is_named_with_what_to_do) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  LineFile file("/dev/full");
  const std::string message = message_of([&] { file.append("x"); });
  EXPECT_NE(message.find("cannot write /dev/full: No space left on device"), std::string::npos)
      << message;
  EXPECT_NE(message.find("free space"), std::string::npos) << message;
}

TEST_F(StoreTest, a_line_file_that_cannot_be_opened_is_named) {
  EXPECT_NE(message_of([&] { LineFile(folder_ / "no" / "file"); }).find("no/file"),
            std::string::npos);
}

TEST_F(StoreTest, write_file_replaces_whole_files) {
  const fs::path path = folder_ / "run.json";
  write_file(path, "old and longer");
  write_file(path, "new");
  EXPECT_EQ(read_file(path), "new");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder_), fs::directory_iterator()), 1);
}

TEST_F(StoreTest, a_write_that_fails_keeps_the_old_content_and_leaves_nothing_beside) {
  fs::create_directory(folder_ / "taken");
  write_file(folder_ / "taken" / "inside", "kept");
  EXPECT_NE(message_of([&] { write_file(folder_ / "taken", "x"); }), "");
  EXPECT_EQ(read_file(folder_ / "taken" / "inside"), "kept");
  EXPECT_FALSE(fs::exists(folder_ / "taken.new"));
}

TEST_F(StoreTest, a_pipe_is_written_to_and_stays_a_pipe) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int reader = ::open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  ASSERT_GE(reader, 0);
  write_file(pipe, "told");
  char buffer[8] = {};
  EXPECT_EQ(::read(reader, buffer, sizeof buffer), 4);
  ::close(reader);
  EXPECT_EQ(std::string(buffer), "told");
  EXPECT_TRUE(fs::is_fifo(pipe));
  EXPECT_FALSE(fs::exists(folder_ / "pipe.new"));
}

TEST_F(StoreTest, read_file_names_what_is_missing) {
  EXPECT_NE(message_of([&] { read_file(folder_ / "absent"); }).find("absent"), std::string::npos);
  EXPECT_NE(message_of([&] { read_file(folder_); }), "");
}

TEST_F(StoreTest, last_lines_agree_with_reading_it_all) {
  const fs::path path = folder_ / "log.txt";
  EXPECT_TRUE(last_lines(path, 3).empty());
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("a"), std::string("a\n"), std::string("a\nb"),
        std::string("\n\n\n"), std::string("a\n\nb\n")}) {
    write_file(path, text);
    std::vector<std::string> all;
    std::ifstream stream(path);
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    for (std::size_t count : {0u, 1u, 2u, 3u, 10u}) {
      const std::size_t skipped = all.size() - std::min(count, all.size());
      EXPECT_EQ(
          last_lines(path, count),
          std::vector<std::string>(all.begin() + static_cast<std::ptrdiff_t>(skipped), all.end()))
          << testing::PrintToString(text) << " " << count;
    }
  }
}

TEST_F(StoreTest, last_lines_reads_across_blocks) {
  const fs::path path = folder_ / "log.txt";
  {
    LineFile file(path);
    for (int i = 0; i < 100; ++i) file.append(std::string(1000, 'x') + std::to_string(i));
  }
  const auto lines = last_lines(path, 20);
  ASSERT_EQ(lines.size(), 20u);
  EXPECT_EQ(lines.front(), std::string(1000, 'x') + "80");
  EXPECT_EQ(lines.back(), std::string(1000, 'x') + "99");
}

TEST_F(StoreTest, written_at_is_a_time_of_day) {
  write_file(folder_ / "plan.toml", "");
  const std::string text = written_at(folder_ / "plan.toml");
  EXPECT_EQ(text.size(), std::string("2026-01-02T03:04:05Z").size());
  EXPECT_EQ(text[10], 'T');
  EXPECT_EQ(text.back(), 'Z');
  EXPECT_GE(text.substr(0, 4), "2020");
}

}  // namespace
}  // namespace faultrig
