#include "targets/host/disk.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <condition_variable>
#include <filesystem>
#include <fstream>
#include <mutex>

#include "tests/targets/host/process_support.hpp"

namespace faultrig::host {
namespace {

class DiskTest : public testing::Test {
 protected:
  DiskTest() {
    std::string pattern = std::filesystem::temp_directory_path() / "disk_XXXXXX";
    folder_ = ::mkdtemp(pattern.data());
  }
  ~DiskTest() override { std::filesystem::remove_all(folder_); }

  void open() {
    disk_ = std::make_unique<Disk>("n1", folder_ / "data", [this](std::vector<PersistId> ids) {
      const std::lock_guard lock(mutex_);
      done_.insert(done_.end(), ids.begin(), ids.end());
      changed_.notify_all();
    });
  }
  void wait_for(PersistId id) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !done_.empty() && done_.back() >= id; });
  }
  std::string content(const std::string& name) { return read_file(folder_ / "data" / name); }

  std::filesystem::path folder_;
  std::unique_ptr<Disk> disk_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<PersistId> done_;
};

using Kind = DiskWrite::Kind;

TEST_F(DiskTest, WritesAreReportedInOrderAndAreThere) {
  open();
  EXPECT_TRUE(disk_->read_all().empty());
  for (PersistId id = 1; id <= 100; ++id) {
    disk_->submit({id, Kind::append, id % 2 == 0 ? "a" : "b", std::to_string(id) + " ", true});
  }
  wait_for(100);
  std::vector<PersistId> expected;
  for (PersistId id = 1; id <= 100; ++id) expected.push_back(id);
  EXPECT_EQ(done_, expected);
  EXPECT_EQ(content("a").substr(0, 6), "2 4 6 ");
  EXPECT_EQ(content("b").substr(0, 6), "1 3 5 ");
}

TEST_F(DiskTest, AReplaceTakesThePlaceAndLaterAppendsFollowIt) {
  open();
  disk_->submit({1, Kind::append, "a", "old", true});
  disk_->submit({2, Kind::replace, "a", "new", true});
  disk_->submit({3, Kind::append, "a", "+1", true});
  wait_for(3);
  EXPECT_EQ(content("a"), "new+1");
  EXPECT_EQ(disk_->read_all(), (DiskImage{{"a", "new+1"}}));
}

TEST_F(DiskTest, AnUnsyncedWriteWaitsForTheNextSyncedOne) {
  open();
  disk_->submit({1, Kind::append, "a", "x", false});
  disk_->submit({2, Kind::append, "b", "y", true});
  wait_for(2);
  EXPECT_EQ(done_, std::vector<PersistId>{2}) << "an unsynced write is never reported";
  disk_->submit({3, Kind::append, "a", "z", true});
  wait_for(3);
  EXPECT_EQ(content("a"), "xz");
}

TEST_F(DiskTest, ACleanEndWritesWhatWasUnsynced) {
  open();
  disk_->submit({1, Kind::replace, "a", "x", false});
  disk_->submit({2, Kind::append, "a", "y", false});
  disk_.reset();
  EXPECT_EQ(content("a"), "xy");
}

TEST_F(DiskTest, AReplacementThatACrashCutShortIsNotThere) {
  std::filesystem::create_directories(folder_ / "data");
  std::ofstream(folder_ / "data" / "a") << "old";
  std::ofstream(folder_ / "data" / "a.replacing") << "ne";
  open();
  EXPECT_EQ(disk_->read_all(), (DiskImage{{"a", "old"}}));
}

}  // namespace
}  // namespace faultrig::host
