#include "harness/live/switch/forwarding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "harness/errors.hpp"

namespace faultrig::live {

PortId Forwarding::add_port(std::string name, Ipv4 address) {
  const PortId id = static_cast<PortId>(names_.size());
  if (!port_of_.emplace(address, id).second) {
    throw EnvironmentError("cannot attach", fmt::format("{} at {}", name, to_string(address)), 0,
                           "another machine of the switch has this address");
  }
  names_.push_back(std::move(name));
  links_.emplace_back();
  for (auto& row : links_) row.resize(names_.size());
  return id;
}

std::string Forwarding::arrow(PortId from, PortId to) const {
  return names_[from] + "->" + names_[to];
}

void Forwarding::see_sent(PortId from, std::span<const std::byte> packet, std::string comment) {
  output_.see(Sighting{from, true, packet, std::move(comment)});
}

void Forwarding::accept(PortId from, std::span<std::byte> bytes, Instant now) {
  // Before this packet is looked at, so that nothing due earlier can leave after it.
  release_due(now);
  const auto header = parse_ipv4(bytes);
  if (!header) {
    if (output_.watches()) see_sent(from, bytes, "dropped: not IPv4");
    return;
  }
  const auto packet = bytes.first(header->total_length);
  const auto found = port_of_.find(header->destination);
  if (found == port_of_.end()) {
    if (output_.watches()) see_sent(from, packet, "dropped: no machine has this address");
    return;
  }
  pass(from, found->second, packet, now);
}

void Forwarding::pass(PortId from, PortId to, std::span<std::byte> packet, Instant now) {
  Link& link = links_[from][to];
  const std::uint64_t number = link.counters.entered++;
  if (link.clear && link.counters.waiting == 0) {
    if (output_.watches()) see_sent(from, packet, "");
    deliver(from, to, packet, false, "");
    return;
  }
  if (link.rule.block != LinkRule::Block::none) {
    block(from, to, packet);
    return;
  }
  apply_chance(from, to, packet, number, now);
}

void Forwarding::block(PortId from, PortId to, std::span<const std::byte> packet) {
  Link& link = links_[from][to];
  std::string_view comment;
  switch (link.rule.block) {
    case LinkRule::Block::none:
      return;
    case LinkRule::Block::drop:
      ++link.counters.dropped_by_cut;
      comment = "dropped: cut";
      break;
    case LinkRule::Block::reject:
      ++link.counters.rejected;
      comment = "rejected";
      break;
    case LinkRule::Block::jam:
      if (!has_room(link, packet.size())) {
        ++link.counters.dropped_by_queue;
        comment = "dropped: jam full";
        break;
      }
      ++link.counters.jammed;
      link.jam.push_back(hold(link, from, to, packet));
      comment = "jammed";
      break;
  }
  if (output_.watches()) see_sent(from, packet, fmt::format("{} {}", comment, arrow(from, to)));
  if (link.rule.block != LinkRule::Block::reject) return;
  if (const auto refusal = refusal_of(packet)) {
    output_.deliver(from, *refusal);  // from the switch itself: no link's counters
    if (output_.watches()) output_.see(Sighting{from, false, *refusal, "refusal by the switch"});
  }
}

void Forwarding::apply_chance(PortId from, PortId to, std::span<std::byte> packet,
                              std::uint64_t number, Instant now) {
  Link& link = links_[from][to];
  PacketFate fate = fate_of(link.rule, seed_, from, to, number);
  const bool watched = output_.watches();
  if (fate.lost) {
    ++link.counters.lost;
    if (watched) see_sent(from, packet, fmt::format("dropped: lost {}", arrow(from, to)));
    return;
  }
  const Instant line_free_before = link.line_free;
  const Instant due = release_time(link, fate, packet.size(), now);
  if (due > now && !has_room(link, packet.size())) {
    link.line_free = line_free_before;  // a packet without room takes no time on the line
    ++link.counters.dropped_by_queue;
    if (watched) see_sent(from, packet, fmt::format("dropped: queue full {}", arrow(from, to)));
    return;
  }
  if (!fate.reordered) link.last_release = std::max(link.last_release, due);
  const bool overtakes = fate.reordered && link.counters.waiting > 0;
  const bool corrupted = fate.corrupted && flip_payload_bit(packet, fate.corrupt_bit);
  link.counters.reordered += overtakes;
  link.counters.corrupted += corrupted;
  link.counters.duplicated += fate.duplicated;
  link.counters.delayed += due > now;
  std::string comment;
  if (watched) {
    if (overtakes) comment += "overtakes; ";
    if (corrupted) comment += "corrupted; ";
    if (fate.duplicated) comment += "duplicated; ";
    if (due > now) comment += fmt::format("delayed {} us; ", (due - now).count() / 1000);
    if (!comment.empty()) comment += arrow(from, to);
    see_sent(from, packet, comment);
  }
  if (due <= now) {
    deliver(from, to, packet, fate.duplicated, comment);
    return;
  }
  Waiting waiting = hold(link, from, to, packet);
  waiting.due = due;
  waiting.duplicated = fate.duplicated;
  put_on_wire(std::move(waiting));
}

// Takes the packet's time on a rate-limited line; the caller gives it back when there is no room.
Instant Forwarding::release_time(Link& link, const PacketFate& fate, std::size_t bytes,
                                 Instant now) const {
  if (fate.reordered) return now;
  Instant departure = now;
  if (link.rule.rate_bits_per_second != 0) {
    const std::uint64_t bit_seconds = std::uint64_t{bytes} * 8 * 1'000'000'000;
    const auto on_line = static_cast<std::int64_t>(bit_seconds / link.rule.rate_bits_per_second);
    departure = std::max(now, link.line_free) + Instant(on_line);
    link.line_free = departure;
  }
  const Instant due = departure + fate.delay;
  return link.rule.jitter_reorders ? due : std::max(due, link.last_release);
}

bool Forwarding::has_room(const Link& link, std::size_t bytes) const {
  return link.counters.waiting < link.rule.queue_packets &&
         link.waiting_bytes + bytes <= link.rule.queue_bytes;
}

Forwarding::Waiting Forwarding::hold(Link& link, PortId from, PortId to,
                                     std::span<const std::byte> packet) {
  ++link.counters.waiting;
  link.waiting_bytes += packet.size();
  Waiting waiting;
  waiting.order = next_order_++;
  waiting.from = from;
  waiting.to = to;
  waiting.packet.assign(packet.begin(), packet.end());
  return waiting;
}

void Forwarding::put_on_wire(Waiting waiting) {
  wire_.push_back(std::move(waiting));
  std::push_heap(wire_.begin(), wire_.end(), LaterDue{});
}

std::optional<Instant> Forwarding::next_due() const {
  if (wire_.empty()) return std::nullopt;
  return wire_.front().due;
}

void Forwarding::release_due(Instant now) {
  while (!wire_.empty() && wire_.front().due <= now) {
    std::pop_heap(wire_.begin(), wire_.end(), LaterDue{});
    const Waiting waiting = std::move(wire_.back());
    wire_.pop_back();
    Link& link = links_[waiting.from][waiting.to];
    --link.counters.waiting;
    link.waiting_bytes -= waiting.packet.size();
    deliver(waiting.from, waiting.to, waiting.packet, waiting.duplicated, "");
  }
}

void Forwarding::deliver(PortId from, PortId to, std::span<const std::byte> packet, bool duplicated,
                         std::string_view comment) {
  LinkCounters& counters = links_[from][to].counters;
  const bool taken = output_.deliver(to, packet);
  if (taken) {
    ++counters.forwarded;
    counters.bytes += packet.size();
  } else {
    ++counters.dropped_by_queue;
  }
  const bool watched = output_.watches();
  if (watched && taken) output_.see(Sighting{to, false, packet, std::string(comment)});
  if (!duplicated) return;
  if (output_.deliver(to, packet) && watched) {
    output_.see(Sighting{to, false, packet, fmt::format("second copy {}", arrow(from, to))});
  }
}

// Everything that waits on the link, in the order in which it would have left.
std::vector<Forwarding::Waiting> Forwarding::take_off_wire(PortId from, PortId to) {
  Link& link = links_[from][to];
  std::vector<Waiting> held;
  if (link.counters.waiting == 0) return held;
  const auto first_of_link = std::partition(
      wire_.begin(), wire_.end(), [&](const Waiting& w) { return w.from != from || w.to != to; });
  held.assign(std::make_move_iterator(first_of_link), std::make_move_iterator(wire_.end()));
  wire_.erase(first_of_link, wire_.end());
  std::make_heap(wire_.begin(), wire_.end(), LaterDue{});
  std::sort(held.begin(), held.end(),
            [](const Waiting& a, const Waiting& b) { return LaterDue{}(b, a); });
  // What is jammed came after what was on the wire when the jam began.
  for (Waiting& waiting : link.jam) {
    waiting.due = Instant::min();
    held.push_back(std::move(waiting));
  }
  link.jam.clear();
  return held;
}

void Forwarding::cut_wire(Link& link, std::vector<Waiting> held) {
  for (const Waiting& waiting : held) {
    --link.counters.waiting;
    link.waiting_bytes -= waiting.packet.size();
    ++link.counters.dropped_by_cut;
    if (output_.watches()) {
      see_sent(waiting.from, waiting.packet,
               fmt::format("dropped: cut on the wire {}", arrow(waiting.from, waiting.to)));
    }
  }
}

void Forwarding::set_rule(PortId from, PortId to, const LinkRule& rule, Instant now) {
  Link& link = links_.at(from).at(to);
  if (link.rule == rule) return;
  std::vector<Waiting> held = take_off_wire(from, to);
  const bool was_jammed = link.rule.block == LinkRule::Block::jam;
  link.rule = rule;
  link.clear = rule.is_clear();
  link.line_free = now;
  link.last_release = now;
  switch (rule.block) {
    case LinkRule::Block::drop:
    case LinkRule::Block::reject:
      cut_wire(link, std::move(held));
      return;
    case LinkRule::Block::jam:
      if (!was_jammed) link.counters.jammed += held.size();
      for (Waiting& waiting : held) link.jam.push_back(std::move(waiting));
      return;
    case LinkRule::Block::none:
      break;
  }
  const Instant latest = now + rule.delay + rule.jitter;
  for (Waiting& waiting : held) {
    // Jammed packets carry the earliest time: they leave now, behind what leaves before them.
    waiting.due = std::clamp(waiting.due, link.last_release, std::max(latest, link.last_release));
    link.last_release = waiting.due;
    put_on_wire(std::move(waiting));
  }
}

void Forwarding::heal(Instant now) {
  for (PortId from = 0; from < ports(); ++from) {
    for (PortId to = 0; to < ports(); ++to) set_rule(from, to, LinkRule{}, now);
  }
}

}  // namespace faultrig::live
