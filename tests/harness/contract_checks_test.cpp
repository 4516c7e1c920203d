#include "harness/contract_checks.hpp"

#include <gtest/gtest.h>

#include "harness/generators/basics.hpp"
#include "tests/harness/generator_support.hpp"

namespace faultrig {
namespace {

// Offers whatever the test says, for ever.
class Saying : public Generator {
 public:
  explicit Saying(std::function<Offer(const GeneratorContext&)> offer) : offer_(std::move(offer)) {}
  Offer offer(const GeneratorContext& context) const override { return offer_(context); }

 private:
  std::function<Offer(const GeneratorContext&)> offer_;
};

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "";
}

std::string complaint_about(std::function<Offer(const GeneratorContext&)> offer) {
  Random random(1);
  GeneratorContext context{Time(1'000'000), {0, 2}, {0, 1, 2}, nullptr, &random};
  const auto generator = checked(std::make_shared<Saying>(std::move(offer)));
  return complaint([&] { generator->offer(context); });
}

TEST(ContractChecks, a_generator_may_not_use_a_busy_worker) {
  EXPECT_EQ(complaint_about([](const GeneratorContext& context) {
              return Offered{{1, context.now, "read", {}, {}}, nullptr};
            }),
            "generator: offered read to worker 1, which is not free (free: 0 2)");
}

TEST(ContractChecks, a_generator_may_not_offer_for_the_past) {
  EXPECT_EQ(complaint_about([](const GeneratorContext&) {
              return Offered{{0, Time(500'000), "read", {}, {}}, nullptr};
            }),
            "generator: offered read for 0.500 ms, but it is 1.000 ms already");
  EXPECT_EQ(complaint_about([](const GeneratorContext& context) {
              return Pending{nullptr, context.now};
            }),
            "generator: pending, to be asked again at 1.000 ms, but it is 1.000 ms already");
}

TEST(ContractChecks, an_operation_has_a_name) {
  EXPECT_EQ(complaint_about([](const GeneratorContext& context) {
              return Offered{{2, context.now, "", {}, {}}, nullptr};
            }),
            "generator: offered an operation without an f to worker 2");
}

TEST(ContractChecks, what_is_right_passes) {
  EXPECT_EQ(complaint_about([](const GeneratorContext& context) {
              return Offered{{2, context.now + Time(5), "read", {}, {}}, nullptr};
            }),
            "");
  EXPECT_EQ(complaint_about([](const GeneratorContext&) { return Pending{}; }), "");
  EXPECT_EQ(checked(nullptr), nullptr);
}

TEST(ContractChecks, successors_are_checked_as_well) {
  const auto later_wrong =
      sequence({operation("a"), std::make_shared<Saying>([](const GeneratorContext& context) {
                  return Offered{{0, context.now, "", {}, {}}, nullptr};
                })});
  EXPECT_THROW(simulate(later_wrong, quick), std::logic_error);  // simulate checks
}

class SayingCodec : public ClientCodec {
 public:
  Value request(const Invocation&) const override { return body; }
  Completion reply(const Invocation&, const Value&) const override { return completion; }
  bool is_idempotent(const Invocation&) const override { return true; }
  Value body;
  Completion completion;
};

TEST(ContractChecks, a_codec_makes_requests_with_a_type) {
  SayingCodec codec;
  const CheckedCodec checked_codec(codec);
  const Invocation read{0, 0, "read", {}, {}, "n1"};
  EXPECT_EQ(complaint([&] { checked_codec.request(read); }),
            "codec: the request for read has no type: null");
  codec.body = Value::map({{"type", "read"}});
  EXPECT_EQ(checked_codec.request(read), codec.body);
  EXPECT_TRUE(checked_codec.is_idempotent(read));
}

TEST(ContractChecks, outcomes_and_errors_fit_together) {
  SayingCodec codec;
  const CheckedCodec checked_codec(codec);
  const Invocation read{0, 0, "read", {}, {}, "n1"};
  const auto reply = [&] { checked_codec.reply(read, Value(1)); };
  codec.completion = {Outcome::ok, Value(3), "but"};
  EXPECT_EQ(complaint(reply), "codec, on the reply 1 to read: an ok with the error \"but\"");
  codec.completion = {Outcome::fail, Value(), std::nullopt};
  EXPECT_EQ(complaint(reply), "codec, on the reply 1 to read: fail that does not say why");
  codec.completion = {Outcome::info, Value(), ""};
  EXPECT_EQ(complaint(reply), "codec, on the reply 1 to read: info that does not say why");
  codec.completion = {Outcome::info, Value(), "lost"};
  EXPECT_EQ(complaint(reply), "");
}

class SayingInjector : public FaultInjector {
 public:
  Completion apply(const Invocation&, Time) override { return completion; }
  void heal(Time) override {}
  const std::vector<FaultRecord>& records() const override { return all; }
  Completion completion{Outcome::ok, Value(), std::nullopt};
  std::vector<FaultRecord> all;
};

TEST(ContractChecks, an_injector_numbers_its_records_and_heals_them_all) {
  SayingInjector injector;
  CheckedInjector checked_injector(injector);
  const Invocation start{nemesis_worker, -1, "start-kill", {}, {}, ""};
  EXPECT_EQ(complaint([&] { checked_injector.apply(start, Time(0)); }), "");
  FaultRecord record;
  record.id = 2;
  record.kind = "kill-all";
  injector.all.push_back(record);
  EXPECT_EQ(complaint([&] { checked_injector.apply(start, Time(0)); }),
            "fault injector, on start-kill: record 1 has the id 2");
  EXPECT_EQ(complaint([&] { checked_injector.heal(Time(0)); }),
            "fault injector: kill-all #2 is still open after healing");
  injector.completion = {Outcome::info, Value(), std::nullopt};
  EXPECT_EQ(complaint([&] { checked_injector.apply(start, Time(0)); }),
            "fault injector, on start-kill: info that does not say why");
}

}  // namespace
}  // namespace faultrig
