#include "workloads/cart.hpp"

#include <gtest/gtest.h>

#include "harness/errors.hpp"
#include "harness/plan.hpp"

namespace faultrig {
namespace {

Invocation invocation(std::string f, Value value = Value()) {
  Invocation made;
  made.f = std::move(f);
  made.key = Value(3);
  made.value = std::move(value);
  return made;
}

TEST(CartCodec, AsksAsTheTargetReads) {
  const CartCodec codec;
  EXPECT_EQ(codec.request(invocation("add", 7)).to_string(),
            R"({"element":7,"key":3,"type":"add"})");
  EXPECT_EQ(codec.request(invocation("final_read")).to_string(), R"({"key":3,"type":"read"})");
  EXPECT_EQ(codec.request(invocation("delete")).to_string(), R"({"key":3,"type":"delete"})");
}

TEST(CartCodec, AnAnswerIsAnOutcome) {
  const CartCodec codec;
  const Value list = Value::list({1, 2});
  const auto read_ok = Value::map({{"type", "read_ok"}, {"value", list}});
  EXPECT_EQ(codec.reply(invocation("final_read"), read_ok).value, list);
  EXPECT_EQ(codec.reply(invocation("add", 7), Value::map({{"type", "add_ok"}})).outcome,
            Outcome::ok);
  const auto error = [](int code) { return Value::map({{"type", "error"}, {"code", code}}); };
  const Completion missing = codec.reply(invocation("read"), error(20));
  EXPECT_EQ(missing.outcome, Outcome::ok);
  EXPECT_EQ(missing.value, Value(Value::List()));
  EXPECT_EQ(codec.reply(invocation("add", 7), error(0)).outcome, Outcome::info);
  EXPECT_EQ(codec.reply(invocation("add", 7), error(11)).outcome, Outcome::fail);
  EXPECT_EQ(codec.reply(invocation("read"), Value::map({{"type", "add_ok"}})).outcome,
            Outcome::info);
}

RunPlan plan_with(const std::string& options) {
  return read_plan("[run]\ntarget = \"dynamo\"\nworkload = \"cart\"\n[workload]\n" + options,
                   "plan.toml");
}

TEST(CartWorkload, RefusesWhatTestsNothing) {
  EXPECT_EQ(make_cart_workload(plan_with("carts = 2\n")).name, "cart");
  EXPECT_THROW(make_cart_workload(plan_with("add_weight = 0\n")), UsageError);
  EXPECT_THROW(make_cart_workload(plan_with("cart = 2\n")), UsageError);
}

}  // namespace
}  // namespace faultrig
