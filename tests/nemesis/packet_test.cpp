#include "nemesis/packet.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "nemesis/nemesis.hpp"

namespace faultrig {
namespace {

rc::Gen<Ratio> any_ratio() {
  return rc::gen::map(rc::gen::inRange<std::uint32_t>(0, 101), [](std::uint32_t percent) {
    return percent == 0 ? Ratio{} : Ratio{percent, 100};
  });
}

LinkRule any_rule() {
  LinkRule rule;
  rule.block = *rc::gen::element(LinkRule::Block::none, LinkRule::Block::drop,
                                 LinkRule::Block::reject, LinkRule::Block::jam);
  rule.delay = std::chrono::milliseconds(*rc::gen::inRange(0, 200));
  rule.jitter = std::chrono::milliseconds(*rc::gen::inRange(0, 50));
  rule.jitter_reorders = *rc::gen::arbitrary<bool>();
  rule.loss = *any_ratio();
  rule.corrupt = *any_ratio();
  rule.rate_bits_per_second = *rc::gen::inRange<std::uint64_t>(0, 5) * 1000;
  return rule;
}

double share(Ratio ratio) {
  return static_cast<double>(ratio.numerator) / static_cast<double>(ratio.denominator);
}

RC_GTEST_PROP(Compose, ClearIsItsUnit, ()) {
  const LinkRule rule = any_rule();
  RC_ASSERT(compose(rule, LinkRule{}) == rule);
  RC_ASSERT(compose(LinkRule{}, rule) == rule);
}

RC_GTEST_PROP(Compose, OrderDoesNotMatter, ()) {
  const LinkRule a = any_rule(), b = any_rule();
  RC_ASSERT(compose(a, b) == compose(b, a));
}

// The stupid twin: what two independent rules in a row do to one packet.
RC_GTEST_PROP(Compose, IsWhatTwoRulesInARowWouldDo, ()) {
  const LinkRule a = any_rule(), b = any_rule();
  const LinkRule both = compose(a, b);
  RC_ASSERT(both.delay == a.delay + b.delay);
  RC_ASSERT(both.jitter == a.jitter + b.jitter);
  const double survives = (1 - share(a.loss)) * (1 - share(b.loss));
  RC_ASSERT(std::abs(share(both.loss) - (1 - survives)) < 1e-6);
  const auto cut = LinkRule::Block::drop;
  RC_ASSERT((both.block == cut) == (a.block == cut || b.block == cut));
  RC_ASSERT((both.block == LinkRule::Block::none) ==
            (a.block == LinkRule::Block::none && b.block == LinkRule::Block::none));
}

TEST(PacketRule, ParametersAndFallbacks) {
  EXPECT_EQ(packet_rule("packet-delay", {}).delay, std::chrono::milliseconds(100));
  EXPECT_EQ(packet_rule("packet-delay", {{"delay_ms", 7}}).delay, std::chrono::milliseconds(7));
  EXPECT_EQ(packet_rule("packet-loss", {{"loss_percent", 33}}).loss, (Ratio{33, 100}));
  EXPECT_EQ(packet_rule("packet-rate", {}).rate_bits_per_second, 256'000u);
  EXPECT_EQ(packet_rule("jam", {}).block, LinkRule::Block::jam);
}

TEST(PacketRule, EveryPacketFaultOfTheCatalogueDoesSomethingAndCanProveIt) {
  for (const FaultDescription& fault : fault_catalog()) {
    if (fault.family != "packet") continue;
    EXPECT_FALSE(packet_rule(fault.name, {}).is_clear()) << fault.name;
    LinkCounters touched;
    touched.delayed = touched.lost = touched.duplicated = touched.reordered = touched.corrupted =
        touched.jammed = touched.rejected = 1;
    EXPECT_EQ(bitten(fault.name, touched), 1u) << fault.name;
    LinkCounters overrun;
    overrun.dropped_by_queue = 1;
    EXPECT_EQ(bitten(fault.name, overrun), 0u) << fault.name << ": the receiver may have been full";
    EXPECT_NE(bite_word(fault.name), bite_word("partition-one")) << fault.name;
  }
}

}  // namespace
}  // namespace faultrig
