#include "harness/sim/network.hpp"

#include <algorithm>

namespace faultrig::sim {
namespace {

constexpr std::uint64_t nominal_bytes = 256;

Duration time_on_wire(std::uint64_t bits_per_second) {
  if (bits_per_second == 0) return Duration::zero();
  return Duration(static_cast<std::int64_t>(nominal_bytes * 8 * 1'000'000'000 / bits_per_second));
}

}  // namespace

Network::Network(std::size_t endpoints, std::uint64_t seed, NetworkTiming timing)
    : endpoints_(endpoints), seed_(seed), timing_(timing), links_(endpoints * endpoints) {}

std::uint64_t Network::draw(Endpoint from, Endpoint to, std::uint64_t packet) const {
  return mix64(seed_ ^ mix64(packet * endpoints_ * endpoints_ + from * endpoints_ + to));
}

Time Network::release(LinkState& at, const PacketFate& fate, std::uint64_t draw, Time now) {
  const auto width = static_cast<std::uint64_t>((timing_.longest - timing_.shortest).count()) + 1;
  Time due = now + timing_.shortest + Duration(static_cast<std::int64_t>(draw % width));
  if (fate.reordered) return due;  // past the queue
  due += fate.delay;
  if (at.rule.rate_bits_per_second != 0) {
    at.busy_until = std::max(at.busy_until, now) + time_on_wire(at.rule.rate_bits_per_second);
    due = std::max(due, at.busy_until);
  }
  const Time latest = std::max(due, at.last_release);
  at.last_release = latest;
  return timing_.reorders || at.rule.jitter_reorders ? due : latest;
}

Network::Transit Network::send(Endpoint from, Endpoint to, PacketSlot slot, Time now) {
  LinkState& at = link(from, to);
  const std::uint64_t number = at.packets++;
  ++at.counters.entered;
  Transit transit;
  const std::uint64_t chance = draw(from, to, number);
  if (at.is_clear) {
    transit.copies = 1;
    transit.at[0] = release(at, {}, chance, now);
    return transit;
  }
  switch (at.rule.block) {
    case LinkRule::Block::none:
      break;
    case LinkRule::Block::drop:
      ++at.counters.dropped_by_cut;
      return transit;
    case LinkRule::Block::reject:
      ++at.counters.rejected;
      transit.rejected = true;
      return transit;
    case LinkRule::Block::jam:
      if (at.jam.size() >= at.rule.queue_packets) {
        ++at.counters.dropped_by_queue;
        return transit;
      }
      ++at.counters.jammed;
      ++at.counters.waiting;
      at.jam.push_back(slot);
      transit.jammed = true;
      return transit;
  }
  const PacketFate fate = fate_of(at.rule, seed_, from, to, number);
  if (fate.lost) {
    ++at.counters.lost;
    return transit;
  }
  const bool queue_is_full =
      at.rule.rate_bits_per_second != 0 &&
      at.busy_until - now > time_on_wire(at.rule.rate_bits_per_second) * at.rule.queue_packets;
  if (queue_is_full) {
    ++at.counters.dropped_by_queue;
    return transit;
  }
  const Time before = at.last_release;
  transit.at[0] = release(at, fate, chance, now);
  if (fate.delay.count() > 0 || transit.at[0] > now + timing_.longest) ++at.counters.delayed;
  if (fate.reordered && transit.at[0] < before) ++at.counters.reordered;
  if (fate.corrupted) {
    ++at.counters.corrupted;
    ++at.counters.forwarded;
    return transit;
  }
  transit.copies = 1;
  if (fate.duplicated) {
    ++at.counters.duplicated;
    transit.copies = 2;
    // The copy takes its own way; how late says the same chance as the original.
    transit.at[1] = transit.at[0] + fate.delay +
                    Duration(static_cast<std::int64_t>(mix64(chance) % 50'000'000));
  }
  return transit;
}

bool Network::lets_in(Endpoint from, Endpoint to, bool is_copy) {
  LinkState& at = link(from, to);
  const bool is_cut = !at.is_clear && at.rule.block == LinkRule::Block::drop;
  if (is_copy) return !is_cut;
  if (is_cut) {
    ++at.counters.dropped_by_cut;
    return false;
  }
  ++at.counters.forwarded;
  at.counters.bytes += nominal_bytes;
  return true;
}

Network::Released Network::set_rule(Endpoint from, Endpoint to, const LinkRule& rule, Time now) {
  LinkState& at = link(from, to);
  at.rule = rule;
  at.is_clear = rule.is_clear();
  // A healed link is whole at once: what a slow one still owes comes late and is overtaken.
  if (at.is_clear && at.last_release > now + timing_.longest) {
    at.last_release = at.busy_until = now;
  }
  released_.clear();
  if (rule.block != LinkRule::Block::jam) {
    released_.swap(at.jam);
    at.counters.waiting = 0;
  }
  if (released_.empty()) return {now, {}};
  if (!timing_.reorders) now = std::max(now, at.last_release);
  return {now, released_};
}

}  // namespace faultrig::sim
