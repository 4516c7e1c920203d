#include "harness/sim/event_queue.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

namespace faultrig::sim {
namespace {

TEST(EventQueue, events_come_by_time) {
  EventQueue queue;
  for (const int at : {30, 10, 20}) {
    queue.add(Time(at), Happening::timer, 0, 0, static_cast<std::uint64_t>(at));
  }
  EXPECT_EQ(queue.front().which, 10u);
  EXPECT_EQ(queue.take().which, 10u);
  EXPECT_EQ(queue.take().which, 20u);
  EXPECT_EQ(queue.take().which, 30u);
  EXPECT_TRUE(queue.empty());
}

TEST(EventQueue, events_of_one_instant_come_as_they_were_scheduled) {
  EventQueue queue;
  for (std::uint64_t i = 0; i < 100; ++i) queue.add(Time(7), Happening::packet, 0, 0, i);
  for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(queue.take().which, i);
}

TEST(EventQueue, what_was_scheduled_comes_back_whole) {
  EventQueue queue;
  queue.add(Time(5), Happening::persisted, 3, 4, 9);
  const Scheduled event = queue.take();
  EXPECT_EQ(event.at, Time(5));
  EXPECT_EQ(event.what, Happening::persisted);
  EXPECT_EQ(event.who, 3u);
  EXPECT_EQ(event.life, 4u);
  EXPECT_EQ(event.which, 9u);
}

// The stupid twin: a list that is sorted again whenever somebody asks.
RC_GTEST_PROP(EventQueue, is_a_stable_sort_also_while_events_are_added,
              (const std::vector<std::pair<std::uint8_t, bool>>& orders)) {
  EventQueue queue;
  std::vector<std::pair<int, std::uint64_t>> twin;
  std::uint64_t number = 0;
  const auto take = [&] {
    std::stable_sort(twin.begin(), twin.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    const Scheduled event = queue.take();
    RC_ASSERT(event.which == twin.front().second);
    RC_ASSERT(event.at == Time(twin.front().first));
    twin.erase(twin.begin());
  };
  for (const auto& [at, takes] : orders) {
    queue.add(Time(at % 8), Happening::packet, 0, 0, number);
    twin.emplace_back(at % 8, number++);
    if (takes) take();
  }
  while (!twin.empty()) take();
  RC_ASSERT(queue.empty());
}

}  // namespace
}  // namespace faultrig::sim
