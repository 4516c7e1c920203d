#include "reports/anomaly.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"

namespace faultrig {
namespace {

// Recognises a drawing; rows of processes above `core_processes` belong to the history only.
Anomaly recognised(std::string_view drawing, ProcessId core_processes = 100) {
  static std::vector<History> kept;
  kept.push_back(parse_timeline(drawing).history);
  NotLinearizable evidence;
  evidence.model = "cas-register";
  for (const Operation& operation : kept.back().operations()) {
    if (operation.process < core_processes) evidence.core.push_back(operation);
  }
  return recognise(evidence, kept.back().operations());
}

std::string told(const Anomaly& anomaly) {
  std::string text;
  for (const std::string& sentence : anomaly.sentences) text += sentence + "\n";
  return text;
}

TEST(Anomaly, StaleRead) {
  const Anomaly anomaly = recognised(R"(
p0  |-write 1-|
p1             |-write 2-|
p2                         |-read 1-|
p9                                    |-read 2-|
)",
                                     9);
  EXPECT_EQ(anomaly.shape, Shape::stale_read) << told(anomaly);
}

TEST(Anomaly, AStaleReadOfTheInitialValue) {
  const Anomaly anomaly = recognised(R"(
p1  |-write 2-|
p2              |-read null-|
)");
  EXPECT_EQ(anomaly.shape, Shape::stale_read) << told(anomaly);
  EXPECT_NE(told(anomaly).find("as if nothing had been written"), std::string::npos);
}

TEST(Anomaly, ACompareAndSetCanBeTheNewerWrite) {
  const Anomaly anomaly = recognised(R"(
p0  |-write 1-|
p1             |-cas 1->2-|
p2                           |-read 1-|
)");
  EXPECT_EQ(anomaly.shape, Shape::stale_read) << told(anomaly);
}

TEST(Anomaly, PhantomValue) {
  const Anomaly anomaly = recognised(R"(
p0  |-write 1-|
p2              |-read 7-|
)");
  EXPECT_EQ(anomaly.shape, Shape::phantom_value) << told(anomaly);
  EXPECT_NE(told(anomaly).find("Nobody ever wrote 7"), std::string::npos) << told(anomaly);
}

TEST(Anomaly, AFailedWriteThatWasSeen) {
  // The core holds no failed operations: the write is found in the history.
  const Anomaly anomaly = recognised(R"(
p2              |-read 7-|
p9  |-write 7--x
)",
                                     9);
  EXPECT_EQ(anomaly.shape, Shape::failed_write) << told(anomaly);
}

TEST(Anomaly, AValueFromTheFuture) {
  const Anomaly anomaly = recognised(R"(
p2  |-read 7-|
p3             |-write 7-|
)");
  EXPECT_EQ(anomaly.shape, Shape::future_value) << told(anomaly);
}

TEST(Anomaly, TwoCompareAndSetsFromOneValue) {
  const Anomaly anomaly = recognised(R"(
p0  |-write 1-|
p1             |-cas 1->2-|
p2               |-cas 1->3-|
)");
  EXPECT_EQ(anomaly.shape, Shape::double_cas) << told(anomaly);
}

TEST(Anomaly, AValueThatWentBack) {
  const Anomaly anomaly = recognised(R"(
p0  |-write 1-|
p1             |---------write 2-------------?
p2              |-read 2-|
p3                         |-read 1-|
)");
  EXPECT_EQ(anomaly.shape, Shape::value_went_back) << told(anomaly);
}

TEST(Anomaly, AnythingElseIsNotGivenAName) {
  // Two concurrent writes, seen in both orders: neither is certain to be older.
  const Anomaly anomaly = recognised(R"(
p0  |--write 1--|
p1  |--write 2--|
p2   |read 1|
p2           |read 2|
p3               |read 1|
)");
  EXPECT_EQ(anomaly.shape, Shape::unexplained) << told(anomaly);
  EXPECT_FALSE(anomaly.title.empty());
}

TEST(Anomaly, AnAcknowledgedWriteThatNobodySawAgain) {
  History history = parse_timeline(R"(
p0  |-write 1-|
p1             |-write 2-|
p2                         |-read 1-|
p3                                    |-read 1-|
)")
                        .history;
  std::vector<Operation> operations(history.operations().begin(), history.operations().end());
  for (Operation& operation : operations) operation.node = "n" + std::to_string(operation.process);
  NotLinearizable evidence;
  evidence.model = "cas-register";
  evidence.core = {operations[0], operations[1], operations[2]};
  const Anomaly anomaly = recognise(evidence, operations);
  EXPECT_EQ(anomaly.shape, Shape::lost_write) << told(anomaly);
  EXPECT_NE(told(anomaly).find("n2 and n3 gave the older value"), std::string::npos)
      << told(anomaly);
}

}  // namespace
}  // namespace faultrig
