// Performs faults on a cluster, several at a time, proves that they took effect, and undoes them.
//
// Idea: the active faults are the truth, the cluster follows. What a link or a node should look
// like is computed from all active faults (links: composed rules; nodes: down or paused while any
// fault holds them; clocks and disks: the sum of what is done to them), and only the difference is
// ordered. So overlapping faults need no special cases, and an order that the machine refused is
// tried again at the next heal. A node is started again only when neither a kill nor a pause holds
// it.
//
// Five files: aim.cpp (whom an order means, and the order written down so that it repeats),
// strike.cpp (what is done at once), evidence.cpp, core.cpp (healing some), and here what the
// cluster is brought to.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/fault_injector.hpp"
#include "harness/roles.hpp"
#include "nemesis/clock.hpp"
#include "nemesis/fault.hpp"
#include "nemesis/partition.hpp"
#include "nemesis/process.hpp"

namespace faultrig {

class ClusterInjector : public FaultInjector {
 public:
  // Called with a record when its fault starts and again when it ends. May throw EnvironmentError.
  using RecordSink = std::function<void(const FaultRecord&)>;
  // `cluster` and `roles` must outlive the injector.
  ClusterInjector(Cluster& cluster, const Roles& roles, Random random, RecordSink sink);

  // What the machine refuses is undone, recorded and completed as info; it never throws for that.
  Completion apply(const Invocation& operation, Time now) override;
  // Ends everything in the order partition, packet, clock, disk, pause, kill, power. One refused
  // step does not keep the others from being done; what failed is tried again by the next heal.
  // Throws EnvironmentError at the very end when a step failed.
  void heal(Time now) override;
  void heal_within(const std::vector<std::string>& core, Time now) override;
  const std::vector<FaultRecord>& records() const override { return records_; }

 private:
  struct ActiveFault {
    std::size_t record = 0;  // index in records_
    std::string slot;
    std::map<Link, LinkRule> links;
    std::map<Link, LinkCounters> counters_before;
    std::set<std::string> held_down;
    bool loses_power = false;        // those held down, and not just their processes
    std::uint64_t bits_to_flip = 0;  // on those held down
    std::set<std::string> held_still;
    std::set<std::string> skewed;  // clocks that `push` pushes
    ClockPush push;
    std::map<std::string, DiskCounters> slowed;  // as they were when it struck
    DiskRule disk;
    std::vector<std::string> to_restart;  // of a rolling restart, the next one last
    std::vector<std::string> observed;    // evidence gathered at the start and between
  };
  using Active = std::vector<ActiveFault>;

  Completion start(const FaultOrder& order, Time now);
  Completion step(const FaultOrder& order);
  Completion stop(const FaultOrder& order, Time now);

  // --- aim.cpp ---
  void aim(const FaultOrder& order, ActiveFault& fault);
  void aim_partition(const FaultOrder& order, ActiveFault& fault);
  void aim_cut(const FaultOrder& order, ActiveFault& fault);
  void aim_packet(const FaultOrder& order, ActiveFault& fault);
  void aim_nodes(const FaultOrder& order, ActiveFault& fault);
  void prefer_alive(const FaultRecord& record, ResolvedTargets& struck);
  std::vector<std::string> words_of(const FaultOrder& order);
  // A node that does not run is not called the leader, whatever its last trace line said.
  Leadership leadership();

  // --- strike.cpp ---
  void inject(ActiveFault& fault, Time now);
  void take_down(ActiveFault& fault, const std::string& node);
  void pause_node(ActiveFault& fault, const std::string& node);
  void flip_bits(ActiveFault& fault, const std::string& node);
  void skew_clocks(ActiveFault& fault, Time now);
  void slow_disks(ActiveFault& fault);
  void restart_next(ActiveFault& fault);

  // --- evidence.cpp ---
  void gather_evidence(ActiveFault& fault, Time now, bool at_end);
  void gather_link_evidence(ActiveFault& fault);
  void gather_process_evidence(ActiveFault& fault, bool at_end);
  void gather_clock_evidence(ActiveFault& fault, Time now);
  void gather_disk_evidence(ActiveFault& fault);
  // Reads the clocks that the fault pushes and sees whether they are where it pushed them.
  std::vector<std::string> read_clocks(ActiveFault& fault, Time now);

  // --- core.cpp ---
  std::map<Link, LinkRule> leave_links(ActiveFault& fault, const std::vector<std::string>& core);
  void leave_clocks(ActiveFault& fault, const std::vector<std::string>& core, Time now);
  void leave_disks(ActiveFault& fault, const std::vector<std::string>& core);

  // Takes the fault out, brings links and nodes to what the others want, writes its record.
  void finish(Active::iterator fault, Time now, std::vector<EnvironmentError>& refused);

  bool is_held(const std::string& node) const;
  ClockSetting wanted_clock(const std::string& node, Time now) const;
  void settle_links(const std::map<Link, LinkRule>& links, std::vector<EnvironmentError>& refused);
  void settle_clock(const std::string& node, Time now, std::vector<EnvironmentError>& refused);
  void settle_disk(const std::string& node, std::vector<EnvironmentError>& refused);
  void wake_node(const std::string& node, int stopped);
  void settle_node(const std::string& node, std::vector<EnvironmentError>& refused);
  void attempt(std::vector<EnvironmentError>& refused, const std::function<void()>& step);
  FaultRecord& record_of(const ActiveFault& fault) { return records_[fault.record]; }
  Active::iterator in_slot(const std::string& slot);

  Cluster& cluster_;
  const Roles& roles_;
  Random random_;
  RecordSink sink_;
  std::vector<FaultRecord> records_;
  Active active_;
  std::optional<Time> begun_;  // when begin-faults was applied
  // Rules ordered and not cleared since; empty where an order was refused, so anything may hold.
  std::map<Link, std::optional<LinkRule>> in_force_;
  std::set<std::string> skewed_;  // clocks that we set and that may not be right again
  std::set<std::string> slowed_;  // disks that we slowed and that may still be
  std::set<std::string> down_;    // killed by us, not started since
  // Paused by us, not resumed or killed since; how many processes were seen to stop.
  std::map<std::string, int> still_;
};

}  // namespace faultrig
