#include "harness/live/clock/node_clock.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <atomic>
#include <thread>

#include "harness/errors.hpp"
#include "harness/live/clock/exec_supervisor.hpp"
#include "tests/live/live_support.hpp"

namespace faultrig::live {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

TEST(NodeClock, is_right_until_it_is_set_and_when_it_is_set_right) {
  NodeClock clock("n1");
  EXPECT_EQ(clock.offset(), 0ns);
  clock.set({90min});
  EXPECT_GT(clock.offset(), 90min - 1s);
  EXPECT_LT(clock.offset(), 90min + 1s);
  clock.set({-24h});
  EXPECT_LT(clock.offset(), -23h);
  clock.set({});
  EXPECT_EQ(clock.offset(), 0ns);
  EXPECT_EQ(clock.counts().followed, 0u);
}

TEST(NodeClock, drifts_and_stands_still_from_the_moment_it_is_set) {
  NodeClock clock("n1");
  clock.set({1h, 1'000'000});
  const auto first = clock.offset();
  EXPECT_GE(first, 1h - 1ms);
  while (clock.offset() < first + 5ms) {
  }
  clock.set({0ns, 0, {}, {}, true});
  while (clock.offset() > -5ms) {
  }
}

TEST(NodeClock, clocks_are_apart) {
  NodeClock one("n1"), other("n2");
  one.set({1h});
  EXPECT_EQ(other.offset(), 0ns);
}

TEST(NodeClock, in_files_all_can_read_it_and_count_but_only_we_can_change_it) {
  const ScratchFolder scratch;
  NodeClock clock("n1", scratch.path());
  const auto mode = [&](const char* name) {
    return fs::status(scratch.path() / name).permissions() & fs::perms(0777);
  };
  EXPECT_EQ(mode(NodeClock::clock_file), fs::perms(0644));
  EXPECT_EQ(mode(NodeClock::follow_file), fs::perms(0666));
  clock.set({1h});
  EXPECT_GT(clock.offset(), 59min);

  const Descriptor read_only(
      ::open((scratch.path() / NodeClock::clock_file).c_str(), O_RDONLY | O_CLOEXEC));
  const Mapping page(nullptr, ClockPage::size, PROT_READ, MAP_SHARED, read_only.get(),
                     ImageLayout::page, "the page");
  const auto seen = [&] { return reinterpret_cast<const ClockPage*>(page.start())->read().offset; };
  EXPECT_EQ(seen(), std::chrono::nanoseconds(1h).count());
  clock.set({2h});
  EXPECT_EQ(seen(), std::chrono::nanoseconds(2h).count());

  const Descriptor follow(
      ::open((scratch.path() / NodeClock::follow_file).c_str(), O_RDWR | O_CLOEXEC));
  count_unfollowed({read_only.get(), follow.get()}, "it will not");
  EXPECT_EQ(clock.counts().not_followed, 1u);
  EXPECT_EQ(clock.counts().why_not, "it will not");
  fs::resize_file(scratch.path() / NodeClock::follow_file, 0);
  EXPECT_EQ(clock.counts().not_followed, 0u) << "whoever shortens it ends nobody else";
  EXPECT_THROW(NodeClock("n1", scratch.path()), EnvironmentError) << "of another run";
}

// Every field is a function of the first: a mixture of two settings shows.
WallClock setting(std::int64_t number) {
  return {number, 2 * number, 3 * number, 4 * number, 5 * number, 6 * number};
}

TEST(ClockPage, a_reader_sees_one_setting_however_fast_they_change) {
  ClockPage page{};
  std::atomic<bool> is_over = false;
  std::atomic<int> reading = 0;
  std::atomic<std::int64_t> torn = 0, backwards = 0;
  const auto read = [&] {
    ++reading;
    std::int64_t last = 0;
    while (!is_over) {
      const WallClock seen = page.read();
      const WallClock whole = setting(seen.set_at);
      if (seen.offset != whole.offset || seen.drift_ppm != whole.drift_ppm ||
          seen.strobe != whole.strobe || seen.strobe_period != whole.strobe_period ||
          seen.frozen != whole.frozen)
        ++torn;
      if (seen.set_at < last) ++backwards;
      last = seen.set_at;
    }
  };
  std::thread first(read), second(read);
  while (reading < 2) std::this_thread::yield();
  for (std::int64_t number = 1; number <= 2'000'000; ++number) page.write(setting(number));
  is_over = true;
  first.join();
  second.join();
  EXPECT_EQ(torn, 0);
  EXPECT_EQ(backwards, 0);
  EXPECT_EQ(page.read().set_at, 2'000'000);
}

}  // namespace
}  // namespace faultrig::live
