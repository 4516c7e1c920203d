// What the checker finds wrong with lists, sets, queues and stacks, told in words.
#include <gtest/gtest.h>

#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "reports/anomaly.hpp"

namespace faultrig {
namespace {

struct Told {
  Shape shape;
  std::string text;
};

// Through the checker, as a user gets it.
Told told(const std::string& model, const std::string& drawing) {
  const History history = parse_timeline(drawing).history;
  const Verdict verdict = make_linearizability_checker(model)->check(history, {});
  EXPECT_EQ(verdict.validity, Validity::invalid);
  const Anomaly anomaly =
      recognise(std::get<NotLinearizable>(verdict.evidence), history.operations());
  std::string text = anomaly.title + "\n";
  for (const std::string& sentence : anomaly.sentences) text += sentence + "\n";
  return {anomaly.shape, text};
}

TEST(CollectionAnomaly, a_lost_append) {
  const Told is = told("list",
                       "p0  |--append 1--|  |--append 2--|  |--append 3--|\n"
                       "p1                                                  |--read [1,3]--|\n");
  EXPECT_EQ(is.shape, Shape::lost_element);
  EXPECT_EQ(is.text,
            "An acknowledged element is missing\n"
            "Append 2 was acknowledged at 0.003 s (process 0).\n"
            "0.003 s later: Process 1 asked at 0.006 s (read) and was told [1,3], without 2.\n");
}

TEST(CollectionAnomaly, a_read_from_the_past) {
  const Told is = told("set",
                       "p0  |--add 1--|\n"
                       "p1                 |--read []--|\n"
                       "p2                                 |--read [1]--|\n");
  EXPECT_EQ(is.shape, Shape::stale_read) << is.text;
}

TEST(CollectionAnomaly, elements_that_cannot_be_there) {
  EXPECT_EQ(told("set", "p0  |--read [4]--|\n").shape, Shape::phantom_value);
  EXPECT_EQ(told("stack",
                 "p0  |--push 4--x\n"
                 "p1                  |--pop => 4--|\n")
                .shape,
            Shape::failed_write);
  EXPECT_EQ(told("fifo-queue",
                 "p0                  |--enqueue 4--|\n"
                 "p1  |--dequeue => 4--|\n"
                 "p1                                   |--dequeue => 4--|\n")
                .shape,
            Shape::came_out_twice);
  EXPECT_EQ(told("unordered-queue",
                 "p0                        |--enqueue 4--|\n"
                 "p1  |--dequeue => 4--|\n")
                .shape,
            Shape::future_value);
}

TEST(CollectionAnomaly, queues) {
  EXPECT_EQ(told("fifo-queue",
                 "p0  |--enqueue 1--|  |--enqueue 2--|\n"
                 "p1                                      |--dequeue => 2--|  |--dequeue => 1--|\n")
                .shape,
            Shape::overtaken);
  const Told empty = told("unordered-queue",
                          "p0  |--enqueue 1--|\n"
                          "p1                     |--dequeue--|\n");
  EXPECT_EQ(empty.shape, Shape::said_empty) << empty.text;
}

TEST(CollectionAnomaly, a_removed_element) {
  const Told is = told("set",
                       "p0  |--add 1--|  |--remove 1--|\n"
                       "p1                                 |--contains 1 => true--|\n");
  EXPECT_EQ(is.shape, Shape::came_back) << is.text;
}

TEST(CollectionAnomaly, orders_of_a_list) {
  EXPECT_EQ(told("list",
                 "p0  |--append 1--|  |--append 2--|\n"
                 "p1                                    |--read [2,1]--|\n")
                .shape,
            Shape::wrong_order);
  const Told is = told("list",
                       "p0  |--append 1--|\n"
                       "p1  |--append 2--|\n"
                       "p2                  |--read [1,2]--|\n"
                       "p3                  |--read [2,1]--|\n");
  EXPECT_EQ(is.shape, Shape::wrong_order) << is.text;
}

// Words about registers are for registers.
TEST(CollectionAnomaly, other_objects_are_told_as_they_are) {
  const Told is = told("counter",
                       "p0  |--add 1--|\n"
                       "p1                 |--read 3--|\n");
  EXPECT_EQ(is.shape, Shape::unexplained);
  EXPECT_NE(is.text.find("On the counter"), std::string::npos) << is.text;
}

}  // namespace
}  // namespace faultrig
