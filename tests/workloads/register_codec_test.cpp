#include <gtest/gtest.h>

#include "checkers/history/json.hpp"
#include "workloads/register.hpp"

namespace faultrig {
namespace {

Invocation invocation(std::string f, Value value = {}) {
  Invocation made;
  made.f = std::move(f);
  made.key = Value(3);
  made.value = std::move(value);
  return made;
}

Completion answer(const Invocation& asked, std::string_view body) {
  return RegisterCodec().reply(asked, parse_json(body));
}

TEST(RegisterCodec, SpeaksTheBodiesOfLinKv) {
  const RegisterCodec codec;
  EXPECT_EQ(codec.request(invocation("read")), parse_json(R"({"type":"read","key":3})"));
  EXPECT_EQ(codec.request(invocation("write", 7)),
            parse_json(R"({"type":"write","key":3,"value":7})"));
  EXPECT_EQ(codec.request(invocation("cas", Value::list({7, 8}))),
            parse_json(R"({"type":"cas","key":3,"from":7,"to":8})"));
}

TEST(RegisterCodec, AnAnswerDecides) {
  EXPECT_EQ(answer(invocation("read"), R"({"type":"read_ok","value":7})"),
            (Completion{Outcome::ok, 7, std::nullopt}));
  EXPECT_EQ(answer(invocation("write", 7), R"({"type":"write_ok"})"),
            (Completion{Outcome::ok, 7, std::nullopt}));
  EXPECT_EQ(answer(invocation("cas", Value::list({7, 8})), R"({"type":"cas_ok"})"),
            (Completion{Outcome::ok, Value::list({7, 8}), std::nullopt}));
}

TEST(RegisterCodec, AMissingKeyReadsAsNil) {
  EXPECT_EQ(answer(invocation("read"), R"({"type":"error","code":20,"text":"no such key"})"),
            (Completion{Outcome::ok, Value(), std::nullopt}));
}

TEST(RegisterCodec, AMissingKeyOrAnotherValueFailsACas) {
  const Invocation cas = invocation("cas", Value::list({7, 8}));
  for (const char* body :
       {R"({"type":"error","code":20,"text":"x"})", R"({"type":"error","code":22,"text":"x"})"}) {
    EXPECT_EQ(answer(cas, body).outcome, Outcome::fail) << body;
  }
}

TEST(RegisterCodec, AnIndefiniteErrorLeavesAWriteUnknownButFailsARead) {
  const char* timeout = R"({"type":"error","code":0,"text":"too slow"})";
  EXPECT_EQ(answer(invocation("write", 7), timeout).outcome, Outcome::info);
  EXPECT_EQ(answer(invocation("cas", Value::list({7, 8})), timeout).outcome, Outcome::info);
  EXPECT_EQ(answer(invocation("read"), timeout).outcome, Outcome::fail);
  const char* busy = R"({"type":"error","code":11,"text":"no leader"})";
  EXPECT_EQ(answer(invocation("write", 7), busy).outcome, Outcome::fail);
}

TEST(RegisterCodec, AWrongShapeIsUnknownAndShowsWhatCame) {
  for (const char* body : {R"({"type":"write_ok"})", R"({"type":"read_ok"})", R"({})", "[1]"}) {
    const Completion completion = answer(invocation("read"), body);
    EXPECT_EQ(completion.outcome, Outcome::info) << body;
    ASSERT_TRUE(completion.error);
    EXPECT_NE(completion.error->find("read_ok"), std::string::npos);
    EXPECT_NE(completion.error->find(body), std::string::npos);
  }
}

TEST(RegisterCodec, WhatATargetSaysIsCutAndMadePrintable) {
  EXPECT_EQ(printable("a\033[2J\n\x7f\xc2\x9bz \xc3\xa4"), "a?[2J???z \xc3\xa4");
  EXPECT_EQ(printable(std::string(199, 'a') + "\xc3\xa4"), std::string(199, 'a') + "...");
  EXPECT_EQ(printable(std::string(200, 'a')), std::string(200, 'a'));
  const Value body =
      Value::map({{"type", "error"}, {"code", 11}, {"text", "a\033" + std::string(900, 'b')}});
  const Completion error = RegisterCodec().reply(invocation("write", 7), body);
  EXPECT_EQ(*error.error, "temporarily-unavailable: a?" + std::string(198, 'b') + "...");
  const Completion wrong =
      RegisterCodec().reply(invocation("read"), Value::map({{"type", std::string(900, 'c')}}));
  EXPECT_LT(wrong.error->size(), 300u);
}

TEST(RegisterCodec, OnlyAReadIsIdempotent) {
  const RegisterCodec codec;
  EXPECT_TRUE(codec.is_idempotent(invocation("read")));
  EXPECT_FALSE(codec.is_idempotent(invocation("write", 1)));
  EXPECT_FALSE(codec.is_idempotent(invocation("cas", Value::list({1, 2}))));
}

}  // namespace
}  // namespace faultrig
