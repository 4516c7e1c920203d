// Every model against its stupid twin, through the whole checker: verdicts, cores and orders.
// FAULTRIG_LONG=1 tries at least 100,000 histories.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "checkers/models/catalog.hpp"
#include "tests/checkers/models/model_twins_support.hpp"

namespace faultrig {
namespace {

using testing::Dice;
using testing::is_linearizable_by_brute_force;
using testing::model_twins;
using testing::ModelTwin;
using testing::random_twin_history;
using testing::TwinShape;

int histories() { return std::getenv("FAULTRIG_LONG") != nullptr ? 10'000 : 1'000; }

TwinShape shape_of(std::uint64_t seed) {
  Dice dice(seed * 17 + 3);
  TwinShape shape;
  shape.operations = 2 + static_cast<int>(dice.below(6));
  shape.clients = 1 + static_cast<int>(dice.below(4));
  shape.unknown_percent = static_cast<int>(dice.below(3)) * 20;
  shape.wrong_percent = static_cast<int>(dice.below(3)) * 20;
  return shape;
}

class EveryModel : public ::testing::TestWithParam<std::size_t> {};

TEST_P(EveryModel, agrees_with_its_stupid_twin) {
  const ModelTwin& twin = model_twins()[GetParam()];
  const auto checker = make_linearizability_checker(twin.name, twin.initial, {.keep_order = true});
  int refuted = 0;
  for (int seed = 0; seed < histories(); ++seed) {
    const auto operations = random_twin_history(twin, shape_of(seed), seed);
    const bool expected = is_linearizable_by_brute_force(twin, operations);
    const Verdict verdict = checker->check(history_of(operations), {});
    ASSERT_EQ(verdict.validity, expected ? Validity::valid : Validity::invalid)
        << "seed " << seed << ", " << verdict.procedure << "\n"
        << draw_timeline(operations) << (verdict.reasons.empty() ? "" : verdict.reasons.front());
    if (expected) {
      // The checker's own verifier has seen it.
      ASSERT_TRUE(std::holds_alternative<Linearization>(verdict.evidence));
      continue;
    }
    ++refuted;
    const auto& core = std::get<NotLinearizable>(verdict.evidence).core;
    ASSERT_FALSE(is_linearizable_by_brute_force(twin, core))
        << "seed " << seed << "\n"
        << draw_timeline(operations) << "core:\n"
        << draw_timeline(core);
  }
  RecordProperty("histories", histories());
  EXPECT_GT(refuted, histories() / 20);
  EXPECT_LT(refuted, histories() * 19 / 20);
}

INSTANTIATE_TEST_SUITE_P(Twins, EveryModel, ::testing::Range(std::size_t{0}, model_twins().size()),
                         [](const auto& instance) {
                           std::string name = model_twins()[instance.param].name;
                           for (char& c : name) c = c == '-' ? '_' : c;
                           return name + "_" + std::to_string(instance.param);
                         });

TEST(ModelTwins, leave_no_model_out) {
  for (const ModelDescription& model : model_catalog()) {
    if (model.name == "register") continue;  // cas-register without cas
    const bool has_twin = std::any_of(model_twins().begin(), model_twins().end(),
                                      [&](const auto& twin) { return twin.name == model.name; });
    EXPECT_TRUE(has_twin) << model.name;
  }
}

}  // namespace
}  // namespace faultrig
