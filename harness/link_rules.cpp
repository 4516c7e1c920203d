#include "harness/link_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

namespace faultrig {
namespace {

using std::chrono::nanoseconds;

// Each random part of a fate draws from its own lane, so that changing one part of a rule leaves
// the others as they were. The numbers are part of what a seed means: never renumber.
enum class Lane : std::uint64_t { loss = 1, duplicate, reorder, corrupt, corrupt_bit, jitter };

class PacketDraws {
 public:
  PacketDraws(std::uint64_t seed, std::uint32_t from, std::uint32_t to, std::uint64_t number) {
    const std::uint64_t link = (std::uint64_t{from} << 32) | to;
    base_ = mix64(mix64(mix64(seed) ^ link) ^ number);
  }
  std::uint64_t draw(Lane lane) const {
    // mix64 alone adds a constant and then finalises; the odd factor keeps neighbouring lanes of
    // neighbouring packets from ever being the same sum.
    return mix64(base_ ^ (static_cast<std::uint64_t>(lane) * 0xd1342543de82ef95ULL));
  }
  // The modulo's bias is below 2^-32 for a 32-bit denominator.
  bool chance(Lane lane, Ratio ratio) const {
    return !ratio.is_zero() && draw(lane) % ratio.denominator < ratio.numerator;
  }

 private:
  std::uint64_t base_;
};

std::string describe_duration(nanoseconds duration) {
  struct Unit {
    std::int64_t nanoseconds;
    std::string_view name;
  };
  static constexpr Unit units[] = {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1'000, "us"}};
  for (const Unit& unit : units) {
    if (duration.count() != 0 && duration.count() % unit.nanoseconds == 0) {
      return fmt::format("{}{}", duration.count() / unit.nanoseconds, unit.name);
    }
  }
  return fmt::format("{}ns", duration.count());
}

std::string describe_rate(std::uint64_t bits_per_second) {
  if (bits_per_second % 1'000'000 == 0) return fmt::format("{}Mbit/s", bits_per_second / 1'000'000);
  if (bits_per_second % 1'000 == 0) return fmt::format("{}kbit/s", bits_per_second / 1'000);
  return fmt::format("{}bit/s", bits_per_second);
}

void describe_block(LinkRule::Block block, std::vector<std::string>& parts) {
  switch (block) {
    case LinkRule::Block::none:
      return;
    case LinkRule::Block::drop:
      parts.push_back("cut");
      return;
    case LinkRule::Block::reject:
      parts.push_back("reject");
      return;
    case LinkRule::Block::jam:
      parts.push_back("jam");
      return;
  }
}

void describe_timing(const LinkRule& rule, std::vector<std::string>& parts) {
  std::string jitter;
  if (rule.jitter.count() != 0) jitter = "±" + describe_duration(rule.jitter);
  if (rule.delay.count() != 0) {
    const std::string delay = "delay " + describe_duration(rule.delay);
    parts.push_back(jitter.empty() ? delay : delay + " " + jitter);
  } else if (!jitter.empty()) {
    parts.push_back("jitter " + jitter);
  }
  if (!jitter.empty() && rule.jitter_reorders) parts.back() += " reordering";
}

void describe_ratio(std::string_view name, Ratio ratio, std::vector<std::string>& parts) {
  if (ratio.is_zero()) return;
  parts.push_back(fmt::format("{} {}/{}", name, ratio.numerator, ratio.denominator));
}

}  // namespace

std::string describe(const LinkRule& rule) {
  std::vector<std::string> parts;
  describe_block(rule.block, parts);
  describe_timing(rule, parts);
  describe_ratio("loss", rule.loss, parts);
  describe_ratio("duplicate", rule.duplicate, parts);
  describe_ratio("reorder", rule.reorder, parts);
  describe_ratio("corrupt", rule.corrupt, parts);
  if (rule.rate_bits_per_second != 0) {
    parts.push_back("rate " + describe_rate(rule.rate_bits_per_second));
  }
  const LinkRule usual;
  if (rule.queue_packets != usual.queue_packets || rule.queue_bytes != usual.queue_bytes) {
    parts.push_back(fmt::format("queue {} packets {} bytes", rule.queue_packets, rule.queue_bytes));
  }
  return parts.empty() ? "clear" : fmt::format("{}", fmt::join(parts, ", "));
}

PacketFate fate_of(const LinkRule& rule, std::uint64_t seed, std::uint32_t from, std::uint32_t to,
                   std::uint64_t packet_number) {
  const PacketDraws draws(seed, from, to, packet_number);
  PacketFate fate;
  fate.lost = draws.chance(Lane::loss, rule.loss);
  fate.duplicated = draws.chance(Lane::duplicate, rule.duplicate);
  fate.reordered = draws.chance(Lane::reorder, rule.reorder);
  fate.corrupted = draws.chance(Lane::corrupt, rule.corrupt);
  if (fate.corrupted) fate.corrupt_bit = draws.draw(Lane::corrupt_bit);
  if (fate.reordered) return fate;
  fate.delay = rule.delay;
  if (rule.jitter.count() > 0) {
    const std::uint64_t width = 2 * static_cast<std::uint64_t>(rule.jitter.count()) + 1;
    const auto offset = static_cast<std::int64_t>(draws.draw(Lane::jitter) % width);
    fate.delay += nanoseconds(offset) - rule.jitter;
  }
  fate.delay = std::max(fate.delay, nanoseconds(0));
  return fate;
}

}  // namespace faultrig
