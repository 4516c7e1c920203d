// What becomes of a packet: the rules, counters and delay line of every directed link. Pure:
// packets and the time are handed in, packets come out through PacketOutput, so all of it is tested
// without a device, a thread or a clock.
//
// Order on a link is kept unless the rule says otherwise: release times never decrease, and what
// was jammed leaves before what came later. When a rule changes, packets already on the wire
// follow:
//   drop, reject  they are lost, as on a cable that is cut (dropped_by_cut)
//   jam           they are held with the rest
//   none          they leave in order and no later than the new rule would let them
// so heal() empties the wire at once. Cost: a hash look-up for a clear link; a heap of everything
// that waits otherwise, searched through only when a rule changes.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/link_rules.hpp"
#include "harness/live/switch/packet.hpp"
#include "harness/live/switch/switch.hpp"

namespace faultrig::live {

// Since any fixed moment.
using Instant = std::chrono::nanoseconds;

// One packet at one machine's device, for captures.
struct Sighting {
  PortId machine;
  bool sent;  // by the machine; otherwise received
  std::span<const std::byte> packet;
  std::string comment;  // what was done to it; may be empty
};

class PacketOutput {
 public:
  virtual ~PacketOutput() = default;
  // False when the device's queue is full.
  virtual bool deliver(PortId to, std::span<const std::byte> packet) = 0;
  // Sightings are made only while someone watches: they cost an allocation each.
  virtual bool watches() const { return false; }
  virtual void see(const Sighting&) {}
};

class Forwarding {
 public:
  // `output` must outlive this.
  Forwarding(std::uint64_t seed, PacketOutput& output) : seed_(seed), output_(output) {}

  PortId add_port(std::string name, Ipv4 address);
  const std::string& name(PortId port) const { return names_.at(port); }
  std::size_t ports() const { return names_.size(); }

  void set_rule(PortId from, PortId to, const LinkRule& rule, Instant now);
  void heal(Instant now);
  const LinkRule& rule(PortId from, PortId to) const { return link(from, to).rule; }
  const LinkCounters& counters(PortId from, PortId to) const { return link(from, to).counters; }

  // Takes a packet that machine `from` sent. The bytes may be changed (corruption) and are not
  // kept. `now` never decreases from call to call.
  void accept(PortId from, std::span<std::byte> packet, Instant now);
  // Sends what is due.
  void release_due(Instant now);
  // When release_due has something to do next.
  std::optional<Instant> next_due() const;

 private:
  struct Waiting {
    Instant due{};
    std::uint64_t order = 0;  // breaks ties of due
    PortId from = 0;
    PortId to = 0;
    bool duplicated = false;
    std::vector<std::byte> packet;
  };
  struct Link {
    LinkRule rule;
    LinkCounters counters;
    bool clear = true;  // rule.is_clear(), not computed per packet
    std::size_t waiting_bytes = 0;
    Instant last_release{};  // no packet in order may leave before
    Instant line_free{};     // when the rate limit has sent all it took
    std::deque<Waiting> jam;
  };
  struct LaterDue {
    bool operator()(const Waiting& a, const Waiting& b) const {
      return a.due != b.due ? a.due > b.due : a.order > b.order;
    }
  };

  const Link& link(PortId from, PortId to) const { return links_.at(from).at(to); }
  void pass(PortId from, PortId to, std::span<std::byte> packet, Instant now);
  void block(PortId from, PortId to, std::span<const std::byte> packet);
  void apply_chance(PortId from, PortId to, std::span<std::byte> packet, std::uint64_t number,
                    Instant now);
  Instant release_time(Link& link, const PacketFate& fate, std::size_t bytes, Instant now) const;
  bool has_room(const Link& link, std::size_t bytes) const;
  Waiting hold(Link& link, PortId from, PortId to, std::span<const std::byte> packet);
  void put_on_wire(Waiting waiting);
  void deliver(PortId from, PortId to, std::span<const std::byte> packet, bool duplicated,
               std::string_view comment);
  std::vector<Waiting> take_off_wire(PortId from, PortId to);
  void cut_wire(Link& link, std::vector<Waiting> held);
  void see_sent(PortId from, std::span<const std::byte> packet, std::string comment);
  std::string arrow(PortId from, PortId to) const;

  std::uint64_t seed_;
  PacketOutput& output_;
  std::vector<std::string> names_;
  std::unordered_map<Ipv4, PortId> port_of_;  // looked up only, never iterated
  std::vector<std::vector<Link>> links_;      // [from][to]
  std::vector<Waiting> wire_;                 // a heap by LaterDue
  std::uint64_t next_order_ = 0;
};

}  // namespace faultrig::live
