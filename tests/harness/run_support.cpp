#include "tests/harness/run_support.hpp"

#include <fmt/format.h>
#include <stdlib.h>

#include <algorithm>

#include "harness/generators/basics.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/workers.hpp"

namespace faultrig {

using std::chrono::milliseconds;

VirtualDriver::Ending VirtualDriver::perform(const Invocation& invocation, const ClientCodec& codec,
                                             FaultInjector& injector, Duration& latency) {
  if (invocation.worker == nemesis_worker) {
    latency = milliseconds(1);
    return {nemesis_worker, injector.apply(invocation, clock_.now)};
  }
  const VirtualAnswer answer = service_(invocation, codec.request(invocation));
  latency = answer.latency;
  if (answer.failure) {
    return {invocation.worker, completion_of_failure(codec, invocation, *answer.failure, "test")};
  }
  return {invocation.worker, codec.reply(invocation, answer.body)};
}

std::string VirtualDriver::drive(Interpreter& interpreter, const ClientCodec& codec,
                                 FaultInjector& injector,
                                 const std::function<std::string()>& should_stop) {
  std::multimap<Time, Ending> in_flight;
  while (true) {
    if (std::string why = should_stop(); !why.empty()) {
      interpreter.abandon(why, clock_.now);
      return why;
    }
    while (!in_flight.empty() && in_flight.begin()->first <= clock_.now) {
      const Ending ending = in_flight.begin()->second;
      in_flight.erase(in_flight.begin());
      interpreter.complete(ending.worker, ending.completion, clock_.now);
    }
    const Command command = interpreter.next(clock_.now);
    if (std::holds_alternative<DoneCommand>(command)) return "";
    if (const auto* invoke = std::get_if<InvokeCommand>(&command)) {
      Duration latency{};
      Ending ending = perform(invoke->invocation, codec, injector, latency);
      in_flight.emplace(clock_.now + latency, std::move(ending));
      continue;
    }
    Time next = clock_.now + milliseconds(100);  // should_stop is asked that often
    if (const auto until = std::get<WaitCommand>(command).until) next = std::min(next, *until);
    if (!in_flight.empty()) next = std::min(next, in_flight.begin()->first);
    clock_.now = std::max(clock_.now, next);
  }
}

FakeCluster::FakeCluster(VirtualClock& clock, int nodes) : clock_(clock) {
  for (int i = 1; i <= nodes; ++i) {
    nodes_.push_back(fmt::format("n{}", i));
    machines_.push_back(fmt::format("c{}", i));
  }
}

void FakeCluster::called(const std::string& call) {
  calls.push_back(call);
  const auto refusal = refusals.find(call);
  if (refusal != refusals.end()) throw EnvironmentError(refusal->second);
}

void FakeCluster::start(const NodeName& node) {
  called("start " + node);
  states[node] = {NodeState::running, ""};
}

int FakeCluster::kill(const NodeName& node) {
  called("kill " + node);
  const bool ran = states[node].state == NodeState::running;
  states[node] = {NodeState::stopped, ""};
  return ran ? 1 : 0;
}

int FakeCluster::pause(const NodeName& node) {
  called("pause " + node);
  return 1;
}

int FakeCluster::resume(const NodeName& node) {
  called("resume " + node);
  return 1;
}

void FakeCluster::heal_links() { called("heal"); }

Connectivity FakeCluster::probe(milliseconds patience) {
  if (before_probe) before_probe();
  called("probe");
  Connectivity measured;
  for (const NodeName& to : nodes_) {
    if (states[to].state != NodeState::running) continue;
    ++measured.pairs;
    const auto at = reachable_at.find(to);
    if (at != reachable_at.end() && at->second > clock_.now) {
      measured.broken.push_back({"c1", to, "connection refused"});
    }
  }
  clock_.now += measured.whole() ? milliseconds(1) : std::min(patience, milliseconds(300));
  return measured;
}

std::vector<TraceEvent> FakeCluster::new_trace() {
  called("trace");
  return std::exchange(trace, {});
}

Completion FakeInjector::apply(const Invocation& operation, Time now) {
  if (refusal) throw EnvironmentError(*refusal);
  if (operation.f == "stop-kill") {
    end_all(now);
    return {Outcome::ok, Value(), std::nullopt};
  }
  FaultRecord record;
  record.id = static_cast<int>(records_.size()) + 1;
  const bool kills = operation.f == "start-kill";
  record.family = kills ? "kill" : "clock";
  record.kind = kills ? "kill-one" : "clock-jump";
  record.targets = {operation.value.as_string()};
  record.started = now;
  record.bit = !kills || cluster_.kill(record.targets.front()) > 0;
  if (!kills) cluster_.offsets[record.targets.front()] = std::chrono::hours(1);
  records_.push_back(record);
  return {Outcome::ok, Value(), std::nullopt};
}

void FakeInjector::end_all(Time now) {
  for (FaultRecord& record : records_) {
    if (record.ended) continue;
    record.ended = now;
    if (record.family == "kill") cluster_.start(record.targets.front());
    cluster_.offsets.clear();
  }
}

void FakeInjector::heal(Time now) {
  cluster_.calls.push_back("injector heal");
  if (!forgets_to_heal) end_all(now);
}

void FakeInjector::heal_within(const std::vector<std::string>& core, Time) {
  if (refusal) throw EnvironmentError(*refusal);
  cluster_.calls.push_back(fmt::format("injector heal within {}", fmt::join(core, " ")));
  for (const std::string& node : core) {
    if (cluster_.states[node].state != NodeState::running) cluster_.start(node);
  }
}

Value FakeCodec::request(const Invocation& invocation) const {
  return Value::map({{"type", invocation.f}, {"value", invocation.value}});
}

Completion FakeCodec::reply(const Invocation& invocation, const Value& body) const {
  if (body.string_or("type", "") == "error") return completion_of_error(*this, invocation, body);
  const Value* value = body.find("value");
  return {Outcome::ok, value != nullptr ? *value : Value(), std::nullopt};
}

FakeExperiment::FakeExperiment(int nodes) : cluster(clock, nodes), injector(cluster) {
  std::string name = (std::filesystem::temp_directory_path() / "faultrig-run-XXXXXX").string();
  runs = ::mkdtemp(name.data());
  folder = std::make_unique<RunFolder>(RunFolder::create(runs, "test"));
  for (const NodeName& node : cluster.nodes()) folder->node(node);
  service = [](const Invocation& invocation, const Value&) {
    return VirtualAnswer{milliseconds(2),
                         Value::map({{"type", invocation.f + "_ok"}, {"value", invocation.value}})};
  };
  plan.target = "fake";
  plan.seed = 7;
  plan.nodes = nodes;
  plan.clients = 4;
  plan.duration = milliseconds(1000);
  plan.ready = milliseconds(2000);
  plan.settle = milliseconds(1500);
  main = clients(stagger(milliseconds(2), repeat(operation("write", 3))));
  final = clients(each_thread(operation("read")));
}

FakeExperiment::~FakeExperiment() {
  std::error_code ignored;
  std::filesystem::remove_all(runs, ignored);
}

RunRecord FakeExperiment::run() {
  VirtualDriver driver(clock, service);
  RunParts parts{
      cluster, driver, injector,     codec,
      main,    final,  folder.get(), [this](const TraceEvent& event) { traced.push_back(event); }};
  if (adjust) adjust(parts);
  return run_experiment(plan, parts, callbacks);
}

std::string FakeExperiment::file(const std::string& name) const {
  return read_file(folder->file(name));
}

bool FakeExperiment::called(const std::string& call) const {
  return std::find(cluster.calls.begin(), cluster.calls.end(), call) != cluster.calls.end();
}

}  // namespace faultrig
