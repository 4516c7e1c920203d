// What the clusters have in common whose nodes run on this machine and hang on its switch: names,
// addresses, links, client sockets, the probe, clocks and traces, and so what they can do. How a
// node runs is left to the backend.
//
// Address of node nK is 10.77.1.K, of client machine cK 10.77.2.K.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/live/clock/node_clocks.hpp"
#include "harness/live/live_cluster.hpp"
#include "harness/live/local/trace_tail.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "harness/live/switch/switch.hpp"
#include "harness/plan.hpp"
#include "harness/store.hpp"

namespace faultrig::live {

// Why no such cluster can do it and what would make it possible; empty when they can.
std::string switched_cannot(Capability capability);

class SwitchedCluster : public LiveCluster {
 public:
  std::string cannot(Capability capability) const override { return switched_cannot(capability); }
  const std::vector<NodeName>& nodes() const override { return nodes_; }
  const std::vector<std::string>& client_machines() const override { return clients_; }

  void set_link(const std::string& from, const std::string& to, const LinkRule& rule) override {
    switch_.set_rule(machine(from).port, machine(to).port, rule);
  }
  LinkRule link(const std::string& from, const std::string& to) const override {
    return switch_.rule(machine(from).port, machine(to).port);
  }
  LinkCounters counters(const std::string& from, const std::string& to) const override {
    return switch_.counters(machine(from).port, machine(to).port);
  }
  void heal_links() override { switch_.heal(); }

  void set_clock(const NodeName& node, const ClockSetting& setting) override {
    clocks_.set(known(node), setting);
  }
  std::chrono::nanoseconds clock_offset(const NodeName& node) override {
    return clocks_.offset(known(node));
  }
  std::vector<std::string> remarks() override { return clocks_.remarks(); }
  std::vector<TraceEvent> new_trace() override;

  Connectivity probe(std::chrono::milliseconds patience) override;
  int open_client_socket(int worker) override;
  NodeAddress address_of(const std::string& node) const override;

 protected:
  // plan.nodes nodes n1..., and as many client machines c1..., none of them attached.
  SwitchedCluster(const RunPlan& plan, int port_of_nodes);

  // Joins a machine of that name to the switch by a device in its namespace.
  void attach(const std::string& name, NetworkNamespace space, PortKind kind = PortKind::automatic);
  // Once all are attached: the switch gets its thread.
  void start_switch(const RunPlan& plan, const RunFolder& folder);

  // Of all machines.
  const std::map<std::string, Ipv4>& addresses() const { return addresses_; }
  const NetworkNamespace& space_of(const std::string& name) const { return machine(name).space; }
  // Filled by the backend: clocks only where the plan has faults of them.
  NodeClocks& clocks() { return clocks_; }
  void follow_trace(const NodeName& node, const std::filesystem::path& file);
  // The name itself; UsageError when there is no such node.
  const NodeName& known(const NodeName& node) const;

 private:
  struct Machine {
    NetworkNamespace space;
    PortId port;
  };
  const Machine& machine(const std::string& name) const;

  std::uint16_t port_of_nodes_;
  std::vector<NodeName> nodes_;
  std::vector<std::string> clients_;
  std::map<std::string, Ipv4> addresses_;
  std::map<std::string, Machine> machines_;
  NodeClocks clocks_;
  std::vector<TraceTail> traces_;
  Switch switch_;
};

// Many clients and machines need more descriptors than the usual soft limit of 1024. Call when the
// processes that are to keep the old limit have been forked.
void raise_descriptor_limit();

}  // namespace faultrig::live
