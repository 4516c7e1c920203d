// Sequential, regular and safe against their definitions, tried out one order at a time.
#include "checkers/linearizability/consistency.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/register/regular.hpp"
#include "tests/checkers/linearizability/register/register_history_support.hpp"
#include "tests/checkers/models/model_twins_support.hpp"

namespace faultrig {
namespace {

using testing::draw;
using testing::model_twins;
using testing::ModelTwin;
using testing::random_register_history;
using testing::random_twin_history;
using testing::RegisterShape;

bool search_by_process(const ModelTwin& twin, const std::vector<Operation>& operations,
                       std::vector<bool>& placed, const Value& state) {
  bool all = true;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    all = all && (placed[i] || operations[i].outcome != Outcome::ok);
  }
  if (all) return true;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    bool is_next = !placed[i];
    for (std::size_t j = 0; j < i; ++j) {
      is_next = is_next && (placed[j] || operations[j].process != operations[i].process);
    }
    if (!is_next) continue;
    placed[i] = true;
    for (const Value& after : twin.next(state, operations[i])) {
      if (search_by_process(twin, operations, placed, after)) return true;
    }
    placed[i] = false;
  }
  return false;
}

TEST(Sequential, agrees_with_every_order_tried) {
  int refuted = 0;
  for (const ModelTwin& twin : model_twins()) {
    const auto checker = make_consistency_checker(Consistency::sequential, twin.name, twin.initial);
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
      const auto operations = random_twin_history(
          twin, {.operations = 6, .clients = 3, .unknown_percent = 10, .wrong_percent = 30}, seed);
      std::vector<Operation> left;
      std::copy_if(operations.begin(), operations.end(), std::back_inserter(left),
                   [](const Operation& each) { return each.outcome != Outcome::fail; });
      std::vector<bool> placed(left.size(), false);
      const bool expected = search_by_process(twin, left, placed, twin.start);
      refuted += expected ? 0 : 1;
      ASSERT_EQ(checker->check(history_of(operations), {}).validity,
                expected ? Validity::valid : Validity::invalid)
          << twin.name << " seed " << seed << "\n"
          << draw_timeline(operations);
    }
  }
  EXPECT_GT(refuted, 300);
}

// The definition, word for word.
bool may_return(const std::vector<RegisterOperation>& operations, std::size_t look,
                ReadPromise promise) {
  const RegisterOperation& read = operations[look];
  const auto precedes = [](const RegisterOperation& a, const RegisterOperation& b) {
    return a.completed_at < b.invoked_at;
  };
  bool any_before = false;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (!operations[i].is_mutation()) continue;
    any_before = any_before || precedes(operations[i], read);
    const bool overlaps = !precedes(operations[i], read) && !precedes(read, operations[i]);
    if (promise == ReadPromise::safe && overlaps) return true;
  }
  if (read.expected == 0 && !any_before) return true;
  for (const RegisterOperation& write : operations) {
    if (!write.is_mutation() || write.desired != read.expected || precedes(read, write)) continue;
    const bool is_overwritten =
        std::any_of(operations.begin(), operations.end(), [&](const RegisterOperation& other) {
          return other.is_mutation() && precedes(write, other) && precedes(other, read);
        });
    if (!is_overwritten) return true;
  }
  return false;
}

TEST(RegularAndSafe, agree_with_their_definitions) {
  int broken[2] = {0, 0};
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    RegisterShape shape{.operations = 10, .clients = 3, .values = 3};
    shape.unknown_percent = seed % 3 == 0 ? 20 : 0;
    shape.wrong_percent = 20;
    const auto operations = random_register_history(shape, seed);
    for (const ReadPromise promise : {ReadPromise::regular, ReadPromise::safe}) {
      bool expected = true;
      for (std::size_t i = 0; i < operations.size(); ++i) {
        const bool looks = operations[i].kind != RegisterOperation::Kind::write;
        if (looks && operations[i].is_certain()) {
          expected = expected && may_return(operations, i, promise);
        }
      }
      ASSERT_EQ(!broken_read(operations, 0, promise).has_value(), expected)
          << "seed " << seed << "\n"
          << draw(operations);
      broken[promise == ReadPromise::safe] += expected ? 0 : 1;
    }
  }
  EXPECT_GT(broken[0], broken[1]);
  EXPECT_GT(broken[1], 50);
}

}  // namespace
}  // namespace faultrig
