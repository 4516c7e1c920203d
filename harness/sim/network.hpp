// The simulated network: which packets arrive, and when. The same link rules as the live switch,
// on messages instead of IP packets.
//
// The fate of packet number k on a link is a function of (seed, link, k) and of nothing else, like
// the live switch's, so traffic on one link never shifts the fate of another. A packet is a message
// of nominal size (for `rate`); a corrupted one does not pass its checksum, so the receiver throws
// it away; a packet that is under way when its link is cut is dropped on arrival.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "checkers/history/event.hpp"
#include "harness/link_rules.hpp"

namespace faultrig::sim {

// Without any rule: uniform in [shortest, longest]. A link keeps its order unless `reorders`.
struct NetworkTiming {
  Duration shortest = std::chrono::microseconds(200);
  Duration longest = std::chrono::microseconds(2'000);
  bool reorders = false;
};

// A packet waiting somewhere else: whoever sends keeps its content under a number.
using PacketSlot = std::uint64_t;
using Endpoint = std::uint32_t;

class Network {
 public:
  Network(std::size_t endpoints, std::uint64_t seed, NetworkTiming timing);

  struct Transit {
    int copies = 0;  // 0: it will not arrive, unless it waits in a jam
    Time at[2] = {};
    bool rejected = false;  // the sender is told
    bool jammed = false;    // the network keeps the slot until the jam ends
  };
  Transit send(Endpoint from, Endpoint to, PacketSlot slot, Time now);
  // Asked when a packet arrives: false when its link has been cut meanwhile. `is_copy`: the second
  // one of a duplicate, which is in no counter.
  bool lets_in(Endpoint from, Endpoint to, bool is_copy);

  // What a jam that ends with this rule releases, in order, and when it arrives: not before what
  // was under way when the jam began. The span holds until the next call.
  struct Released {
    Time at{};
    std::span<const PacketSlot> slots;
  };
  Released set_rule(Endpoint from, Endpoint to, const LinkRule& rule, Time now);
  const LinkRule& rule(Endpoint from, Endpoint to) const { return link(from, to).rule; }
  LinkCounters counters(Endpoint from, Endpoint to) const { return link(from, to).counters; }
  std::size_t endpoints() const { return endpoints_; }

 private:
  struct LinkState {
    LinkRule rule;
    LinkCounters counters;
    std::uint64_t packets = 0;
    Time last_release{};  // the latest arrival so far
    Time busy_until{};    // while `rate` holds it back
    bool is_clear = true;
    std::vector<PacketSlot> jam;
  };
  LinkState& link(Endpoint from, Endpoint to) { return links_[from * endpoints_ + to]; }
  const LinkState& link(Endpoint from, Endpoint to) const { return links_[from * endpoints_ + to]; }
  Time release(LinkState& at, const PacketFate& fate, std::uint64_t draw, Time now);
  std::uint64_t draw(Endpoint from, Endpoint to, std::uint64_t packet) const;

  std::size_t endpoints_;
  std::uint64_t seed_;
  NetworkTiming timing_;
  std::vector<LinkState> links_;
  std::vector<PacketSlot> released_;
};

}  // namespace faultrig::sim
