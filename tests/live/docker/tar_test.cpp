#include "harness/live/docker/tar.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "harness/errors.hpp"
#include "harness/store.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

namespace fs = std::filesystem;

// Unpacks with the machine's tar, the twin that knows the format better.
void unpack(const std::string& archive, const fs::path& folder) {
  write_file(folder / "archive.tar", archive);
  const std::string command =
      fmt::format("tar -C '{0}' -xf '{0}/archive.tar' 2>&1", folder.string());
  ASSERT_EQ(std::system(command.c_str()), 0);
}

TEST(tar, what_is_packed_comes_out) {
  const std::string longest = std::string(150, 'd') + "/" + std::string(100, 'n');
  TarWriter writer;
  writer.add_folder("bin", 0755);
  writer.add_file("bin/program", std::string(1000, '\x7f'), 0755);
  writer.add_file("empty", "", 0600);
  writer.add_file("exact", std::string(512, 'x'), 0644);
  writer.add_file(std::string(100, 'a'), "hundred", 0644);
  writer.add_file(longest, "long", 0644);
  writer.add_link("link", "bin/program");
  const std::string archive = writer.finish();
  EXPECT_EQ(archive.size() % 512, 0u);

  const ScratchFolder scratch;
  unpack(archive, scratch.path());
  EXPECT_EQ(read_file(scratch.path() / "bin/program"), std::string(1000, '\x7f'));
  EXPECT_EQ(read_file(scratch.path() / "empty"), "");
  EXPECT_EQ(read_file(scratch.path() / "exact"), std::string(512, 'x'));
  EXPECT_EQ(read_file(scratch.path() / std::string(100, 'a')), "hundred");
  EXPECT_EQ(read_file(scratch.path() / longest), "long");
  EXPECT_EQ(fs::read_symlink(scratch.path() / "link"), "bin/program");
  const auto mode = [&](const char* name) {
    struct stat about {};
    ::stat((scratch.path() / name).c_str(), &about);
    return about.st_mode & 07777;
  };
  EXPECT_EQ(mode("bin/program"), 0755u);
  EXPECT_EQ(mode("empty"), 0600u);
  EXPECT_EQ(writer.finish().size(), 1024u) << "empty again";
}

TEST(tar, the_same_files_are_the_same_bytes) {
  const auto pack = [] {
    TarWriter writer;
    writer.add_file("a", "1", 0644);
    return writer.finish();
  };
  EXPECT_EQ(pack(), pack());
}

TEST(tar, refuses_names_that_do_not_fit) {
  TarWriter writer;
  EXPECT_THROW(writer.add_file(std::string(101, 'a'), "", 0644), UsageError) << "no slash";
  EXPECT_THROW(writer.add_file(std::string(200, 'd') + "/" + std::string(90, 'n'), "", 0644),
               UsageError);
  EXPECT_THROW(writer.add_link("link", std::string(101, 'a')), UsageError);
}

}  // namespace
}  // namespace faultrig::live
