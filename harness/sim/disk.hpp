// The disk of a simulated node: what is safe, and what is only on its way.
//
// A write passes three stages. Submitted: in the program or the kernel's queue. Written: the kernel
// has it; a killed process leaves it, a power failure does not. Durable: synced, or written back by
// the kernel in its own time. A sync makes all that was submitted before it durable. Stages and
// delays are those of targets/host/disk.hpp (an unsynced write waits in the program for a second),
// and Linux's write-back after some seconds.
//
// The promises of harness/node/node.hpp hold: a `replace` is the old content or the new one after
// every crash, an append may be torn, a synced write that was acknowledged is never lost.
#pragma once

#include <deque>
#include <optional>

#include "checkers/history/event.hpp"
#include "harness/cluster.hpp"
#include "harness/random.hpp"

namespace faultrig::sim {

struct DiskTiming {
  Duration shortest_sync = std::chrono::microseconds(100);
  Duration longest_sync = std::chrono::microseconds(1'000);
};

class Disk {
 public:
  Disk(DiskTiming timing, Random random) : timing_(timing), random_(random) {}

  // When it will be durable; nothing for an unsynced write.
  std::optional<Time> submit(DiskWrite write, Time now);
  // The sync that was to be done now is done.
  void sync_done(PersistId id);

  // The process ends; the kernel goes on.
  void crash(Time now);
  // Everything that was not durable is lost, but for what happened to get there: any number of the
  // oldest writes, and a torn beginning of the next.
  PowerLoss lose_power(Time now);
  std::uint64_t flip_bits(std::uint64_t bits);

  const DiskImage& image() const { return durable_; }
  void set_rule(const DiskRule& rule) { rule_ = rule; }
  const DiskCounters& counters() const { return counters_; }

 private:
  struct Pending {
    DiskWrite write;
    Time submitted{};
  };
  void settle(Time now, Duration age);
  void apply(const DiskWrite& write);

  DiskTiming timing_;
  Random random_;
  DiskRule rule_;
  DiskCounters counters_;
  DiskImage durable_;
  std::deque<Pending> pending_;  // in the order of submission
  Time busy_until_{};
};

}  // namespace faultrig::sim
