#include "checkers/invariants/cart.hpp"

#include <gtest/gtest.h>

namespace faultrig {
namespace {

// Operations one after the other, each complete before the next begins.
class Story {
 public:
  Story& add(int element, Outcome outcome = Outcome::ok) {
    return operation("add", Value(element), outcome, Value(element));
  }
  Story& empty(Outcome outcome = Outcome::ok) {
    return operation("delete", Value(), outcome, Value());
  }
  Story& read(std::initializer_list<Value> elements, std::string f = final_read) {
    return operation(std::move(f), Value(), Outcome::ok, Value::list(elements));
  }
  Verdict judged() const { return CartChecker().check(history_from(events_), {}); }

 private:
  Story& operation(std::string f, Value input, Outcome outcome, Value output) {
    const auto event = [&](EventType type, Value value) {
      Event made;
      made.index = static_cast<std::int64_t>(events_.size());
      made.time = Time(made.index);
      made.process = process_;
      made.type = type;
      made.f = f;
      made.key = Value(0);
      made.value = std::move(value);
      events_.push_back(std::move(made));
    };
    event(EventType::invoke, std::move(input));
    if (outcome == Outcome::ok) event(EventType::ok, std::move(output));
    if (outcome == Outcome::fail) event(EventType::fail, std::move(output));
    if (outcome == Outcome::info) event(EventType::info, std::move(output));
    ++process_;
    return *this;
  }
  std::vector<Event> events_;
  ProcessId process_ = 0;
};

TEST(CartChecker, WhatWasAcknowledgedIsThere) {
  EXPECT_EQ(Story().add(1).add(2).read({1, 2}).judged().validity, Validity::valid);
  const Verdict lost = Story().add(1).add(2).read({1, 2}).read({1}).judged();
  EXPECT_EQ(lost.validity, Validity::invalid);
  ASSERT_EQ(lost.reasons.size(), 1u);
  EXPECT_EQ(lost.reasons.front(),
            "element 2 of key 0 was acknowledged to process 1 and is not in the final read of "
            "process 3");
}

TEST(CartChecker, WhatMayHaveFailedNeedNotBeThere) {
  EXPECT_EQ(Story().add(1).add(2, Outcome::info).read({1}).judged().validity, Validity::valid);
  EXPECT_EQ(Story().add(1).add(2, Outcome::info).read({1, 2}).judged().validity, Validity::valid);
  EXPECT_EQ(Story().add(1).add(2, Outcome::fail).read({1}).judged().validity, Validity::valid);
}

TEST(CartChecker, WhatNobodyAddedIsNotThere) {
  EXPECT_EQ(Story().add(1).read({1, 7}).judged().validity, Validity::invalid);
  EXPECT_EQ(Story().add(1).add(2, Outcome::fail).read({1, 2}).judged().validity, Validity::invalid);
}

TEST(CartChecker, OnlyWhatComesAfterEveryDeletionIsOwed) {
  EXPECT_EQ(Story().add(1).empty().add(2).read({2}).judged().validity, Validity::valid);
  EXPECT_EQ(Story().add(1).empty().add(2).read({}).judged().validity, Validity::invalid);
  EXPECT_EQ(Story().add(1).empty(Outcome::info).add(2).read({}).judged().validity, Validity::valid);
  EXPECT_EQ(Story().add(1).empty(Outcome::fail).read({}).judged().validity, Validity::invalid);
}

TEST(CartChecker, WithoutAFinalReadNobodyKnows) {
  EXPECT_EQ(Story().add(1).read({}, "read").judged().validity, Validity::unknown);
  EXPECT_EQ(Story().judged().validity, Validity::unknown);
}

}  // namespace
}  // namespace faultrig
