// The user-space switch: every packet between the machines of a run passes here, under one rule per
// directed link.
//
// Idea: each machine (a node or a client machine) has a network namespace whose only way out is a
// device that this process owns. A thread reads packets, looks up the rule of (source port,
// destination address) and writes, holds, changes or drops them. A rule is in force when set_rule
// returns. No iptables, no tc, so healing can miss nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "harness/link_rules.hpp"

namespace faultrig::live {

// An IPv4 address in host byte order.
using Ipv4 = std::uint32_t;
std::string to_string(Ipv4 address);

// One machine's attachment. Reads and writes whole IP packets, never blocks.
class Port {
 public:
  virtual ~Port() = default;
  virtual int descriptor() const = 0;
  // Bytes of one packet, 0 when none is waiting. Throws EnvironmentError when the device is gone.
  virtual std::size_t read(std::span<std::byte> buffer) = 0;
  // False when the device's queue is full (the packet is dropped and counted by the caller).
  virtual bool write(std::span<const std::byte> packet) = 0;
};

using PortId = std::uint32_t;

class Switch {
 public:
  explicit Switch(std::uint64_t seed);
  ~Switch();  // stops the thread, closes the ports and the capture

  // Before start() only. `name` is for captures and messages.
  PortId attach(std::string name, Ipv4 address, std::unique_ptr<Port> port);
  // Starts the forwarding thread. `capture` empty: none.
  void start(const std::filesystem::path& capture = {});

  // In force when this returns: nothing is delivered by the old rule any more. What was on the wire
  // follows the new rule (harness/live/switch/forwarding.hpp); what was jammed is delivered, if the
  // new rule lets it. Waits for 64 packets at most. Throws EnvironmentError when the device of one
  // of the two machines has gone.
  void set_rule(PortId from, PortId to, const LinkRule& rule);
  LinkRule rule(PortId from, PortId to) const;
  LinkCounters counters(PortId from, PortId to) const;
  // Every rule clear; packets that were jammed or delayed are delivered before this returns.
  void heal();

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace faultrig::live
