// The rule of one directed link and what it does to one packet; shared by the live switch and the
// simulated network.
//
// The fate of packet number k on a link is a function of (seed, link, k) and of nothing else, so
// a packet on one link never shifts the fate of another and a seed repeats what it can.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "harness/random.hpp"

namespace faultrig {

struct LinkRule {
  enum class Block {
    none,
    drop,    // silently; a connection hangs
    reject,  // the sender is told: TCP reset, else ICMP unreachable
    jam,     // held, in order, and delivered when the block ends (bounded; the rest is dropped)
  };
  Block block = Block::none;
  std::chrono::nanoseconds delay{};   // added to every packet
  std::chrono::nanoseconds jitter{};  // uniform in [-jitter, +jitter], never below zero in sum
  bool jitter_reorders = false;       // off: release times never decrease on the link
  Ratio loss{};
  Ratio duplicate{};
  Ratio reorder{};  // the packet overtakes the queue: it is sent at once, without the delay
  Ratio corrupt{};  // one bit of the payload flipped, checksum left as it was
  std::uint64_t rate_bits_per_second = 0;  // 0: unlimited
  std::uint32_t queue_packets = 1000;      // bound of what waits on the link; the rest is dropped
  std::uint32_t queue_bytes = 1u << 20;

  bool is_clear() const { return *this == LinkRule{}; }
  friend bool operator==(const LinkRule&, const LinkRule&) = default;
};

// "cut", "reject", "delay 10ms ±3ms, loss 5/100" ... for people.
std::string describe(const LinkRule& rule);

// Packets by what became of them. Every packet that entered is in exactly one of forwarded, the
// dropped_*, rejected, lost or waiting. The others count what else was done, when it was decided: a
// packet that was delayed and then cut is in both.
struct LinkCounters {
  std::uint64_t entered = 0;
  std::uint64_t forwarded = 0;
  std::uint64_t bytes = 0;  // forwarded
  std::uint64_t dropped_by_cut = 0;
  std::uint64_t rejected = 0;
  std::uint64_t lost = 0;              // by the loss ratio
  std::uint64_t dropped_by_queue = 0;  // the delay line, the jam or the receiving device was full
  std::uint64_t waiting = 0;           // delayed or jammed just now
  std::uint64_t jammed = 0;
  std::uint64_t delayed = 0;
  std::uint64_t duplicated = 0;  // sent twice; the second copy is in no other number
  std::uint64_t reordered = 0;   // overtook at least one packet
  std::uint64_t corrupted = 0;
  // Every packet a rule interfered with, for "did the fault bite?".
  std::uint64_t touched() const {
    return dropped_by_cut + rejected + lost + dropped_by_queue + jammed + delayed + duplicated +
           reordered + corrupted;
  }
};

// What the random parts of a rule decide for one packet; blocks, rate and queues are the caller's.
struct PacketFate {
  bool lost = false;
  bool duplicated = false;
  bool reordered = false;
  bool corrupted = false;
  std::uint64_t corrupt_bit = 0;     // which bit, modulo the payload's length
  std::chrono::nanoseconds delay{};  // 0 when reordered
};
PacketFate fate_of(const LinkRule& rule, std::uint64_t seed, std::uint32_t from, std::uint32_t to,
                   std::uint64_t packet_number);

}  // namespace faultrig
