#include "reports/fault_activity.hpp"

#include <gtest/gtest.h>

namespace faultrig {
namespace {

Operation succeeded(const std::string& f, int at) {
  Operation operation;
  operation.f = f;
  operation.outcome = Outcome::ok;
  operation.complete_time = Time(at);
  return operation;
}

FaultRecord fault(int from, std::optional<int> to) {
  FaultRecord record;
  record.started = Time(from);
  if (to) record.ended = Time(*to);
  return record;
}

TEST(FaultActivity, counts_what_succeeded_in_each_window_and_in_any) {
  std::vector<Operation> operations = {succeeded("read", 5),   succeeded("read", 10),
                                       succeeded("read", 15),  succeeded("write", 20),
                                       succeeded("write", 99), succeeded("read", 21)};
  operations[5].outcome = Outcome::fail;
  const std::vector<FaultRecord> faults = {fault(10, 20), fault(12, 18), fault(90, std::nullopt),
                                           fault(30, 40)};
  const FaultActivity activity = fault_activity(operations, faults);
  ASSERT_EQ(activity.during.size(), 4u);
  EXPECT_EQ(activity.during[0], (CountByKind{{"read", 2}, {"write", 1}}));
  EXPECT_EQ(activity.during[1], (CountByKind{{"read", 1}}));
  EXPECT_EQ(activity.during[2], (CountByKind{{"write", 1}}));
  EXPECT_EQ(counts_words(activity.during[3]), "nothing");
  EXPECT_EQ(activity.under_any, (CountByKind{{"read", 2}, {"write", 2}}))
      << "the first two overlap, and what is in both counts once";
  EXPECT_EQ(counts_words(activity.under_any), "2 read, 2 write");
}

TEST(FaultActivity, of_nothing_is_nothing) {
  EXPECT_TRUE(fault_activity({}, {}).during.empty());
  EXPECT_TRUE(fault_activity({}, {}).under_any.empty());
}

}  // namespace
}  // namespace faultrig
