// The port through which a run acts on the system under test, whatever it runs on. Mechanism only:
// which fault, where and when is decided in nemesis/.
//
// Endpoints are the nodes ("n1" ... "n5") and the client machines ("c1" ... ), and every ordered
// pair of them is a link with its own rule. Calls return when the change is in force; they block
// for milliseconds at most. They throw EnvironmentError when the machine refuses, never for what
// the tested system does (a node that dies is a NodeStatus).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/link_rules.hpp"
#include "harness/node/trace_event.hpp"

namespace faultrig {

enum class Capability { cut, reject, jam, packet, client_links, kill, pause, power, clock, disk };
std::string_view to_string(Capability capability);

enum class NodeState { stopped, running, paused, exited };
std::string_view to_string(NodeState state);

struct NodeStatus {
  NodeState state = NodeState::stopped;
  // How the program ended by itself: "exit 1", "signal 11 (SIGSEGV)"; empty unless `exited`.
  std::string how;
};

// What a power failure took.
struct PowerLoss {
  int processes = 0;              // ended; 0 when it was not running
  std::uint64_t lost_writes = 0;  // that the disk had not been told to keep
  std::uint64_t lost_bytes = 0;
  bool torn = false;  // the first of them left a beginning
  // False where nobody can tell what was lost: a real machine's memory is gone.
  bool is_counted = true;
};

// How the clocks of a node lie, from the instant at which it is set.
struct ClockSetting {
  std::chrono::nanoseconds offset{};  // of the wall clock, from the true time, at that instant
  // The wall clock runs this much too fast; negative: too slow. In simulations the monotonic clock
  // does so too. On real machines it does not: the kernel's timers and waits cannot be made to
  // follow, and a program whose waits disagree with its clock fails in a way no machine makes it.
  std::int64_t drift_ppm = 0;
  // The wall clock jumps by so much more, and back after a period, and so on.
  std::chrono::nanoseconds strobe{};
  std::chrono::nanoseconds strobe_period{};  // 0: no strobe
  bool frozen = false;                       // the wall clock stands still
  friend bool operator==(const ClockSetting&, const ClockSetting&) = default;
};

// How the disk of a node misbehaves while it works.
struct DiskRule {
  std::chrono::nanoseconds sync_delay{};  // added to every synced write
  friend bool operator==(const DiskRule&, const DiskRule&) = default;
};
struct DiskCounters {
  std::uint64_t synced = 0;
  std::uint64_t delayed = 0;  // by a rule
};

// What a connectivity probe measured: an ordered pair that could not be reached, and why.
struct Connectivity {
  struct Broken {
    std::string from;
    std::string to;
    std::string why;
  };
  std::size_t pairs = 0;  // probed
  std::vector<Broken> broken;
  bool whole() const { return pairs > 0 && broken.empty(); }
};

class Cluster {
 public:
  virtual ~Cluster() = default;

  virtual std::string backend() const = 0;  // "local", "sim" ...
  virtual const std::vector<NodeName>& nodes() const = 0;
  virtual const std::vector<std::string>& client_machines() const = 0;
  // Why this backend cannot do it and what would make it possible; empty when it can.
  virtual std::string cannot(Capability capability) const = 0;

  // Starts the program of a stopped, killed or exited node with its disk as it is. Where its
  // machine has yet to boot after a power failure, it is started then: see await_started.
  virtual void start(const NodeName& node) = 0;
  // Waits for every program that was to be started and is not yet, because its machine boots.
  virtual void await_started() {}
  // Ends every process of the node at once, as power loss would but with the disk kept. Returns how
  // many processes were ended: the evidence. 0 when it was not running.
  virtual int kill(const NodeName& node) = 0;
  // Stops every process of the node; its kernel still answers. Returns how many were seen stopped.
  virtual int pause(const NodeName& node) = 0;
  virtual int resume(const NodeName& node) = 0;
  virtual NodeStatus status(const NodeName& node) = 0;

  // What not every backend can do; those that cannot refuse with an EnvironmentError that says what
  // `cannot` says.
  //
  // As kill, but nothing that was not synced survives, and the first lost write may be torn.
  virtual PowerLoss power_off(const NodeName& node);
  // A ClockSetting of zeros sets the clocks right. The monotonic clock never goes back.
  virtual void set_clock(const NodeName& node, const ClockSetting& setting);
  // How far the node's wall clock is from the true time now, as measured.
  virtual std::chrono::nanoseconds clock_offset(const NodeName& node);
  virtual void set_disk(const NodeName& node, const DiskRule& rule);
  virtual DiskCounters disk_counters(const NodeName& node);
  // Flips `bits` bits of what the node's files hold; returns how many were (0: they are empty). The
  // node notices when it reads them again.
  virtual std::uint64_t flip_bits(const NodeName& node, std::uint64_t bits);

  virtual void set_link(const std::string& from, const std::string& to, const LinkRule& rule) = 0;
  virtual LinkRule link(const std::string& from, const std::string& to) const = 0;
  virtual LinkCounters counters(const std::string& from, const std::string& to) const = 0;
  // Clears every rule and releases what was jammed.
  virtual void heal_links() = 0;

  // Opens a connection over every ordered pair of running nodes and from every client machine to
  // every running node, all at once, and waits for them `patience` at most.
  virtual Connectivity probe(std::chrono::milliseconds patience) = 0;

  // Why the nodes that run do not agree, by what the target promises for when nothing disturbs
  // them; empty when they do. Nothing where nobody can see into the nodes.
  virtual std::optional<std::string> disagreement() const { return std::nullopt; }

  // What a reader of the run has to know of how its faults were done, in sentences; asked for at
  // the end.
  virtual std::vector<std::string> remarks() { return {}; }

  // Trace lines written since the last call, in the order of each node's file.
  virtual std::vector<TraceEvent> new_trace() = 0;
};

}  // namespace faultrig
