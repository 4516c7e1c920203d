#include "nemesis/packet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace faultrig {
namespace {

// Strength of a block: a link is cut while any fault cuts it.
int strength(LinkRule::Block block) {
  switch (block) {
    case LinkRule::Block::none:
      return 0;
    case LinkRule::Block::jam:
      return 1;
    case LinkRule::Block::reject:
      return 2;
    case LinkRule::Block::drop:
      return 3;
  }
  return 0;
}

// 1 - (1-a)(1-b), exact where it fits 32 bits and rounded to millionths where it does not.
Ratio either(Ratio a, Ratio b) {
  if (a.is_zero()) return b;
  if (b.is_zero()) return a;
  const std::uint64_t denominator = std::uint64_t{a.denominator} * b.denominator;
  const std::uint64_t misses =
      std::uint64_t{a.denominator - a.numerator} * std::uint64_t{b.denominator - b.numerator};
  std::uint64_t hits = denominator - misses;
  const std::uint64_t divisor = std::gcd(hits, denominator);
  const std::uint64_t reduced = denominator / divisor;
  if (reduced <= std::numeric_limits<std::uint32_t>::max()) {
    return {static_cast<std::uint32_t>(hits / divisor), static_cast<std::uint32_t>(reduced)};
  }
  const double share = static_cast<double>(hits) / static_cast<double>(denominator);
  return {static_cast<std::uint32_t>(share * 1e6 + 0.5), 1'000'000};
}

std::uint64_t lower_rate(std::uint64_t a, std::uint64_t b) {
  if (a == 0 || b == 0) return a + b;  // 0 is unlimited
  return std::min(a, b);
}

}  // namespace

LinkRule compose(const LinkRule& a, const LinkRule& b) {
  LinkRule both;
  both.block = strength(a.block) >= strength(b.block) ? a.block : b.block;
  both.delay = a.delay + b.delay;
  both.jitter = a.jitter + b.jitter;
  both.jitter_reorders = a.jitter_reorders || b.jitter_reorders;
  both.loss = either(a.loss, b.loss);
  both.duplicate = either(a.duplicate, b.duplicate);
  both.reorder = either(a.reorder, b.reorder);
  both.corrupt = either(a.corrupt, b.corrupt);
  both.rate_bits_per_second = lower_rate(a.rate_bits_per_second, b.rate_bits_per_second);
  both.queue_packets = std::min(a.queue_packets, b.queue_packets);
  both.queue_bytes = std::min(a.queue_bytes, b.queue_bytes);
  return both;
}

LinkRule packet_rule(std::string_view kind, const Amounts& given) {
  auto amounts = amounts_of(kind, given);
  const auto percent = [&](const char* name) {
    return Ratio{static_cast<std::uint32_t>(amounts[name]), 100};
  };
  LinkRule rule;
  rule.delay = std::chrono::milliseconds(amounts["delay_ms"]);
  rule.jitter = std::chrono::milliseconds(amounts["jitter_ms"]);
  if (kind == "packet-loss") rule.loss = percent("loss_percent");
  if (kind == "packet-duplicate") rule.duplicate = percent("duplicate_percent");
  if (kind == "packet-reorder") rule.reorder = percent("reorder_percent");
  if (kind == "packet-corrupt") rule.corrupt = percent("corrupt_percent");
  if (kind == "packet-rate") {
    rule.rate_bits_per_second = static_cast<std::uint64_t>(amounts["rate_kbit"]) * 1000;
  }
  if (kind == "jam") rule.block = LinkRule::Block::jam;
  if (kind == "reject") rule.block = LinkRule::Block::reject;
  return rule;
}

std::string packet_words(std::string_view kind, const Amounts& given) {
  auto amounts = amounts_of(kind, given);
  const std::int64_t delay = amounts["delay_ms"];
  if (kind == "packet-delay") return fmt::format("packets late by {} ms", delay);
  if (kind == "packet-jitter") {
    return fmt::format("packets late by {} ms, give or take {} ms", delay, amounts["jitter_ms"]);
  }
  if (kind == "packet-loss") return fmt::format("{} % of packets lost", amounts["loss_percent"]);
  if (kind == "packet-duplicate") {
    return fmt::format("{} % of packets sent twice", amounts["duplicate_percent"]);
  }
  if (kind == "packet-reorder") {
    return fmt::format("{} % of packets overtaking the rest, which are late by {} ms",
                       amounts["reorder_percent"], delay);
  }
  if (kind == "packet-corrupt") {
    return fmt::format("a bit flipped in {} % of packets", amounts["corrupt_percent"]);
  }
  if (kind == "packet-rate") {
    return fmt::format("no more than {} kbit/s", amounts["rate_kbit"]);
  }
  return kind == "jam" ? "packets held back until the end" : "connections refused";
}

std::uint64_t bitten(std::string_view kind, const LinkCounters& counters) {
  if (kind == "packet-delay" || kind == "packet-jitter") return counters.delayed;
  // Not what queues dropped: a full receiving device is counted there as well.
  if (kind == "packet-loss") return counters.lost;
  if (kind == "packet-duplicate") return counters.duplicated;
  if (kind == "packet-reorder") return counters.reordered;
  if (kind == "packet-corrupt") return counters.corrupted;
  if (kind == "packet-rate") return counters.delayed;
  if (kind == "jam") return counters.jammed;
  if (kind == "reject") return counters.rejected;
  return counters.dropped_by_cut;
}

std::string_view bite_word(std::string_view kind) {
  if (kind == "packet-delay" || kind == "packet-jitter") return "delayed";
  if (kind == "packet-loss") return "lost";
  if (kind == "packet-duplicate") return "duplicated";
  if (kind == "packet-reorder") return "reordered";
  if (kind == "packet-corrupt") return "corrupted";
  if (kind == "packet-rate") return "held back";
  if (kind == "jam") return "held";
  if (kind == "reject") return "rejected";
  return "dropped";
}

}  // namespace faultrig
