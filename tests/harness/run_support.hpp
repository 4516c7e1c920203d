// An experiment without a machine: a cluster, a driver and a fault injector in virtual time, each
// of which a test can make go wrong.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/cluster.hpp"
#include "harness/driver.hpp"
#include "harness/errors.hpp"
#include "harness/run.hpp"

namespace faultrig {

// The one clock; whoever waits moves it.
struct VirtualClock {
  Time now{};
};

// What becomes of one request: an answer, or the reason why none came.
struct VirtualAnswer {
  Duration latency = std::chrono::milliseconds(1);
  Value body = Value();
  std::optional<TransportFailure> failure = std::nullopt;
};
using VirtualService = std::function<VirtualAnswer(const Invocation&, const Value& request)>;

// Drives an interpreter in virtual time against a service that answers by itself.
class VirtualDriver : public Driver {
 public:
  VirtualDriver(VirtualClock& clock, VirtualService service)
      : clock_(clock), service_(std::move(service)) {}
  Time now() override { return clock_.now; }
  std::string drive(Interpreter& interpreter, const ClientCodec& codec, FaultInjector& injector,
                    const std::function<std::string()>& should_stop) override;

 private:
  struct Ending {
    WorkerId worker;
    Completion completion;
  };
  Ending perform(const Invocation& invocation, const ClientCodec& codec, FaultInjector& injector,
                 Duration& latency);
  VirtualClock& clock_;
  VirtualService service_;
};

// Nodes that start, die and are reached as the test says.
class FakeCluster : public Cluster {
 public:
  FakeCluster(VirtualClock& clock, int nodes);
  std::string backend() const override { return "fake"; }
  const std::vector<NodeName>& nodes() const override { return nodes_; }
  const std::vector<std::string>& client_machines() const override { return machines_; }
  std::string cannot(Capability) const override { return ""; }
  void start(const NodeName& node) override;
  int kill(const NodeName& node) override;
  int pause(const NodeName& node) override;
  int resume(const NodeName& node) override;
  NodeStatus status(const NodeName& node) override { return states[node]; }
  void set_link(const std::string&, const std::string&, const LinkRule&) override {}
  LinkRule link(const std::string&, const std::string&) const override { return {}; }
  LinkCounters counters(const std::string&, const std::string&) const override { return {}; }
  void heal_links() override;
  Connectivity probe(std::chrono::milliseconds patience) override;
  std::optional<std::string> disagreement() const override { return look ? look() : std::nullopt; }
  std::vector<TraceEvent> new_trace() override;
  std::chrono::nanoseconds clock_offset(const NodeName& node) override { return offsets[node]; }

  std::map<NodeName, std::chrono::nanoseconds> offsets;
  std::function<std::optional<std::string>()> look;  // into the nodes
  std::map<NodeName, NodeStatus> states;
  std::vector<std::string> calls;  // "start n1", "kill n1", "heal" in order
  // Nodes reachable from then on; others at once.
  std::map<NodeName, Time> reachable_at;
  // Thrown by the call of that name: "start n2", "heal", "trace", "probe".
  std::map<std::string, EnvironmentError> refusals;
  std::function<void()> before_probe;
  std::vector<TraceEvent> trace;

 private:
  void called(const std::string& call);
  VirtualClock& clock_;
  std::vector<NodeName> nodes_;
  std::vector<std::string> machines_;
};

// A "start-kill" opens a record of a kill of the node in `value`, a "start-clock" sets its clock an
// hour ahead; "stop-kill" ends all of them.
class FakeInjector : public FaultInjector {
 public:
  explicit FakeInjector(FakeCluster& cluster) : cluster_(cluster) {}
  Completion apply(const Invocation& operation, Time now) override;
  void heal(Time now) override;
  // Starts what is down in the core; the faults stay open.
  void heal_within(const std::vector<std::string>& core, Time now) override;
  const std::vector<FaultRecord>& records() const override { return records_; }
  std::optional<EnvironmentError> refusal;  // thrown by the next apply
  bool forgets_to_heal = false;

 private:
  void end_all(Time now);
  FakeCluster& cluster_;
  std::vector<FaultRecord> records_;
};

// read and write on one register: {"type":"read"} -> {"type":"read_ok","value":v}.
class FakeCodec : public ClientCodec {
 public:
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation& invocation) const override { return invocation.f == "read"; }
};

// All of it put together, in a run folder of its own that is removed afterwards.
struct FakeExperiment {
  explicit FakeExperiment(int nodes = 3);
  ~FakeExperiment();
  FakeExperiment(const FakeExperiment&) = delete;
  FakeExperiment& operator=(const FakeExperiment&) = delete;
  RunRecord run();
  std::string file(const std::string& name) const;  // its text
  bool called(const std::string& call) const;

  std::filesystem::path runs;
  VirtualClock clock;
  FakeCluster cluster;
  FakeInjector injector;
  FakeCodec codec;
  VirtualService service;
  RunPlan plan;
  GeneratorPtr main;
  GeneratorPtr final;
  RunCallbacks callbacks;
  std::vector<TraceEvent> traced;
  std::function<void(RunParts&)> adjust;  // the last word on what the run acts with; may be empty
  std::unique_ptr<RunFolder> folder;
};

}  // namespace faultrig
