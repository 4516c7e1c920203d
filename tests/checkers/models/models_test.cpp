#include <gtest/gtest.h>

#include "checkers/models/kv_map.hpp"
#include "checkers/models/register.hpp"

namespace faultrig {
namespace {

Operation operation(std::string f, Value input, Value output = {}) {
  Operation made;
  made.f = std::move(f);
  made.input = std::move(input);
  made.output = std::move(output);
  made.outcome = Outcome::ok;
  return made;
}

// The state, in words, after the operations; or the first refusal.
template <Model M>
std::string after(M model, const std::vector<Operation>& operations) {
  ModelState state = model.initial();
  for (const Operation& each : operations) {
    const auto command = model.compile(each);
    const auto next = model.step(state, command);
    if (!next) return model.refusal(state, command);
    EXPECT_TRUE(!model.is_pure(command) || *next == state);
    EXPECT_EQ(model.observed(command).value_or(state), state);
    EXPECT_EQ(model.written(command).value_or(*next), *next);
    state = *next;
  }
  return model.describe(state);
}

TEST(RegisterModel, steps_and_refuses) {
  const CasRegisterModel fresh(Value{});
  EXPECT_EQ(after(fresh, {}), "the register holds nil");
  EXPECT_EQ(after(fresh, {operation("read", {}), operation("write", 3), operation("read", {}, 3),
                          operation("cas", Value::list({3, 4}))}),
            "the register holds 4");
  EXPECT_EQ(after(fresh, {operation("write", 3), operation("read", {}, 1)}),
            "the register holds 3, the read returned 1");
  EXPECT_EQ(after(fresh, {operation("cas", Value::list({1, 2}))}),
            "the register holds nil, the cas found 1");
}

TEST(RegisterModel, a_read_of_nil_is_a_read_of_the_initial_value) {
  const RegisterModel zero(Value(0));
  EXPECT_EQ(after(zero, {operation("read", {}), operation("read", {}, 0)}), "the register holds 0");
  EXPECT_EQ(after(zero, {operation("write", 1), operation("read", {})}),
            "the register holds 1, the read returned 0");
}

TEST(KvMapModel, steps_and_refuses) {
  const KvMapModel fresh(Value{});
  EXPECT_EQ(after(fresh, {operation("get", {}), operation("put", 1), operation("get", {}, 1),
                          operation("cas", Value::list({1, 2})), operation("delete", {}),
                          operation("get", {})}),
            "the key holds nil");
  EXPECT_EQ(after(fresh,
                  {operation("append", "a"), operation("append", "b"), operation("get", {}, "ab")}),
            "the key holds \"ab\"");
  EXPECT_EQ(after(fresh, {operation("append", 1), operation("append", 2)}), "the key holds [1,2]");
  EXPECT_EQ(after(fresh, {operation("put", "x"), operation("get", {})}),
            "the key holds \"x\", the get returned nil");
}

TEST(KvMapModel, remembers_more_than_the_last_write_once_there_are_appends) {
  KvMapModel model(Value{});
  model.compile(operation("put", 1));
  EXPECT_TRUE(model.remembers_only_last_write());
  model.compile(operation("append", "a"));
  EXPECT_FALSE(model.remembers_only_last_write());
}

}  // namespace
}  // namespace faultrig
