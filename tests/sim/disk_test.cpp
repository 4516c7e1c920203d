#include "harness/sim/disk.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace faultrig::sim {
namespace {

using Kind = DiskWrite::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

Disk disk_of(std::uint64_t seed = 1) { return Disk(DiskTiming(), Random(seed)); }

DiskWrite append(PersistId id, std::string bytes, bool sync = true) {
  return {id, Kind::append, "log", std::move(bytes), sync};
}
DiskWrite replace(PersistId id, std::string bytes, bool sync = true) {
  return {id, Kind::replace, "vote", std::move(bytes), sync};
}

std::string file(const Disk& disk, const std::string& name) {
  const auto at = disk.image().find(name);
  return at == disk.image().end() ? "" : at->second;
}

TEST(Disk, a_synced_write_is_done_within_its_time_and_then_durable) {
  Disk disk(DiskTiming{milliseconds(2), milliseconds(3)}, Random(1));
  const auto done = disk.submit(append(1, "abc"), seconds(1));
  ASSERT_TRUE(done);
  EXPECT_GE(*done, seconds(1) + milliseconds(2));
  EXPECT_LE(*done, seconds(1) + milliseconds(3));
  disk.sync_done(1);
  EXPECT_EQ(file(disk, "log"), "abc");
  EXPECT_EQ(disk.counters().synced, 1u);
}

TEST(Disk, an_unsynced_write_is_never_acknowledged) {
  Disk disk = disk_of();
  EXPECT_FALSE(disk.submit(append(1, "abc", false), Time()));
  EXPECT_EQ(disk.counters().synced, 0u);
}

TEST(Disk, writes_are_done_in_order) {
  Disk disk = disk_of();
  Time before{};
  for (PersistId id = 1; id <= 100; ++id) {
    const Time done = disk.submit(append(id, "x"), Time()).value();
    EXPECT_GE(done, before);
    before = done;
  }
}

TEST(Disk, a_sync_makes_what_came_before_it_durable_too) {
  Disk disk = disk_of();
  disk.submit(append(1, "a", false), Time());
  disk.submit(append(2, "b"), Time());
  disk.submit(append(3, "c", false), Time());
  disk.sync_done(2);
  disk.lose_power(Time());
  EXPECT_EQ(file(disk, "log").substr(0, 2), "ab");
}

TEST(Disk, an_acknowledged_write_survives_every_power_failure) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Disk disk = disk_of(seed);
    disk.submit(append(1, "safe"), Time());
    disk.sync_done(1);
    disk.submit(append(2, "gone?"), Time());
    disk.lose_power(Time(1));
    ASSERT_EQ(file(disk, "log").substr(0, 4), "safe");
  }
}

TEST(Disk, what_was_not_synced_is_lost_with_the_process_while_it_is_young) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk = disk_of(seed);
    disk.submit(append(1, "old", false), Time());
    disk.submit(append(2, "young", false), milliseconds(900));
    disk.submit(append(3, "behind"), milliseconds(900));
    disk.crash(milliseconds(1'100));
    ASSERT_EQ(file(disk, "log"), "old");
  }
}

TEST(Disk, what_the_kernel_has_long_had_survives_a_power_failure) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Disk disk = disk_of(seed);
    disk.submit(append(1, "old", false), Time());
    disk.lose_power(seconds(5));
    ASSERT_EQ(file(disk, "log"), "old");
  }
}

TEST(Disk, a_replaced_file_is_the_old_or_the_new_one) {
  bool was_old = false, was_new = false;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Disk disk = disk_of(seed);
    disk.submit(replace(1, "old content"), Time());
    disk.sync_done(1);
    disk.submit(replace(2, "new"), Time());
    const PowerLoss loss = disk.lose_power(Time(1));
    const std::string content = file(disk, "vote");
    ASSERT_TRUE(content == "old content" || content == "new") << content;
    ASSERT_EQ(loss.lost_writes, content == "new" ? 0u : 1u);
    ASSERT_FALSE(loss.torn);
    (content == "new" ? was_new : was_old) = true;
  }
  EXPECT_TRUE(was_old && was_new);
}

TEST(Disk, only_the_first_lost_append_may_leave_a_beginning) {
  bool was_torn = false;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Disk disk = disk_of(seed);
    for (PersistId id = 1; id <= 3; ++id) disk.submit(append(id, "abcd"), Time());
    const PowerLoss loss = disk.lose_power(Time(1));
    const std::string content = file(disk, "log");
    ASSERT_EQ(content, std::string("abcdabcdabcd").substr(0, content.size()));
    const std::size_t whole = 4 * (3 - loss.lost_writes);
    ASSERT_EQ(loss.torn, content.size() > whole);
    ASSERT_LE(content.size(), whole + 4);
    ASSERT_EQ(loss.lost_bytes, 12 - content.size());
    was_torn = was_torn || content.size() % 4 != 0;
  }
  EXPECT_TRUE(was_torn);
}

TEST(Disk, a_slow_disk_delays_every_sync_and_counts_it) {
  Disk disk = disk_of();
  disk.set_rule({milliseconds(50)});
  EXPECT_GE(disk.submit(append(1, "x"), Time()).value(), milliseconds(50));
  disk.set_rule({});
  const Time next = disk.submit(append(2, "x"), seconds(1)).value();
  EXPECT_LE(next, seconds(1) + milliseconds(1));
  EXPECT_EQ(disk.counters().synced, 2u);
  EXPECT_EQ(disk.counters().delayed, 1u);
}

TEST(Disk, a_crash_frees_a_slow_disk) {
  Disk disk = disk_of();
  disk.set_rule({seconds(60)});
  disk.submit(append(1, "x"), Time());
  disk.set_rule({});
  disk.crash(milliseconds(1));
  EXPECT_LE(disk.submit(append(1, "x"), milliseconds(2)).value(), milliseconds(3));
}

TEST(Disk, flipped_bits_change_what_is_there_and_nothing_of_its_size) {
  Disk disk = disk_of();
  EXPECT_EQ(disk.flip_bits(3), 0u) << "there is nothing to flip";
  disk.submit(append(1, std::string(1'000, 'x')), Time());
  disk.sync_done(1);
  EXPECT_EQ(disk.flip_bits(1), 1u);
  const std::string content = file(disk, "log");
  int flipped = 0;
  for (const char c : content) flipped += __builtin_popcount(static_cast<unsigned char>(c ^ 'x'));
  EXPECT_EQ(content.size(), 1'000u);
  EXPECT_EQ(flipped, 1);
}

// The stupid twin knows every write since the last crash, and nothing but which beginnings of that
// list may be what is left.
class Twin {
 public:
  void submit(const DiskWrite& write, Time now) { writes_.push_back({write, now}); }
  void acknowledge(PersistId id) {
    for (std::size_t i = 0; i < writes_.size(); ++i) {
      if (writes_[i].write.id == id) safe_ = std::max(safe_, i + 1);
    }
  }
  // Is this what a crash at `now` may leave of it? What is older than `age` cannot be lost.
  bool allows(const DiskImage& left, Time now, Duration age, bool may_tear) const {
    std::size_t least = safe_;
    for (std::size_t i = 0; i < writes_.size(); ++i) {
      if (now - writes_[i].at >= age) least = std::max(least, i + 1);
    }
    for (std::size_t kept = least; kept <= writes_.size(); ++kept) {
      DiskImage image = base_;
      for (std::size_t i = 0; i < kept; ++i) apply(image, writes_[i].write);
      if (image == left) return true;
      const bool tears =
          may_tear && kept < writes_.size() && writes_[kept].write.kind == Kind::append;
      for (std::size_t size = 0; tears && size <= writes_[kept].write.bytes.size(); ++size) {
        DiskImage torn = image;
        torn[writes_[kept].write.file] += writes_[kept].write.bytes.substr(0, size);
        if (torn == left) return true;
      }
    }
    return false;
  }
  void begin_again(const DiskImage& image) { *this = Twin(), base_ = image; }

 private:
  struct Written {
    DiskWrite write;
    Time at{};
  };
  static void apply(DiskImage& image, const DiskWrite& write) {
    if (write.kind == Kind::replace) image[write.file] = write.bytes;
    if (write.kind == Kind::append) image[write.file] += write.bytes;
  }
  DiskImage base_;
  std::vector<Written> writes_;
  std::size_t safe_ = 0;
};

RC_GTEST_PROP(Disk, what_a_crash_leaves_is_what_a_twin_allows,
              (std::uint64_t seed,
               const std::vector<std::pair<std::uint8_t, std::uint8_t>>& acts)) {
  Disk disk = disk_of(seed);
  Twin twin;
  Time now{};
  PersistId id = 0;
  std::vector<std::pair<Time, PersistId>> under_way;
  const auto write = [&](Kind kind, bool sync, std::uint8_t argument) {
    ++id;
    const DiskWrite one{id, kind, argument % 2 == 0 ? "a" : "b",
                        fmt::format("{}.", id) + std::string(argument % 3, '-'), sync};
    twin.submit(one, now);
    if (const auto done = disk.submit(one, now)) under_way.emplace_back(*done, id);
  };
  const auto end = [&](bool power) {
    power ? static_cast<void>(disk.lose_power(now)) : disk.crash(now);
    RC_ASSERT(twin.allows(disk.image(), now, power ? seconds(5) : seconds(1), power));
    twin.begin_again(disk.image());
    under_way.clear();
  };
  for (const auto& [act, argument] : acts) {
    switch (act % 8) {
      case 0:
      case 1:
        write(Kind::append, true, argument);
        break;
      case 2:
        write(Kind::append, false, argument);
        break;
      case 3:
        write(Kind::replace, true, argument);
        break;
      case 4:
        write(Kind::replace, false, argument);
        break;
      case 5: {
        now += argument < 200 ? Duration(std::chrono::microseconds(10 * argument))
                              : Duration(milliseconds(20 * argument));
        while (!under_way.empty() && under_way.front().first <= now) {
          disk.sync_done(under_way.front().second);
          twin.acknowledge(under_way.front().second);
          under_way.erase(under_way.begin());
        }
        break;
      }
      default:
        end(act % 2 == 0);
    }
  }
  end(true);
}

}  // namespace
}  // namespace faultrig::sim
