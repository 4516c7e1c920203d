// Containers on the switch and on a bridge, measured on a private engine: how long five raft_kv
// nodes take to be up, and each call of the cluster. Needs root and Debian's docker.io.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <vector>

#include "harness/live/docker/docker_cluster.hpp"
#include "harness/live/switch/network_namespace.hpp"
#include "tests/docker/private_engine_support.hpp"

namespace faultrig {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

double milliseconds_of(const std::function<void()>& call) {
  const auto start = Clock::now();
  call();
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void print(const char* what, std::vector<double> times) {
  std::sort(times.begin(), times.end());
  fmt::print("{:<44} median {:8.2f} ms   longest {:8.2f} ms   of {}\n", what,
             times[times.size() / 2], times.back(), times.size());
  std::fflush(stdout);
}

class Bench {
 public:
  explicit Bench(const std::string& network)
      : programs_(fs::path(FAULTRIG_BINARY_DIR) / "bin"),
        manifest_(read_manifest_file(
            (fs::path(FAULTRIG_BINARY_DIR) / "share/faultrig/targets/raft_kv/target.toml"))),
        folder_(RunFolder::create(scratch_.path(), "bench")),
        journal_(folder_, live::identity_of(::getpid())) {
    plan_.seed = 1;
    plan_.nodes = 5;
    Options options("", "docker");
    options.set("network", Value(network));
    plan_.backend_options.emplace("docker", std::move(options));
  }

  void up() {
    cluster_ = live::make_docker_cluster({plan_, manifest_, folder_, programs_, journal_});
    for (const NodeName& node : cluster_->nodes()) cluster_->start(node);
    if (!docker::await([&] { return cluster_->probe(1s).whole(); })) std::abort();
  }
  void down() { cluster_.reset(); }
  live::LiveCluster& cluster() { return *cluster_; }

 private:
  end_to_end::ScratchFolder scratch_;
  fs::path programs_;
  TargetManifest manifest_;
  RunPlan plan_;
  RunFolder folder_;
  live::UndoJournal journal_;
  std::unique_ptr<live::LiveCluster> cluster_;
};

void measure_up(Bench& bench) {
  fmt::print("{:<44} {:8.2f} ms\n", "5 nodes up and connected, images to be made",
             milliseconds_of([&] { bench.up(); }));
  std::vector<double> up, down;
  for (int round = 0; round < 5; ++round) {
    down.push_back(milliseconds_of([&] { bench.down(); }));
    up.push_back(milliseconds_of([&] { bench.up(); }));
  }
  print("5 nodes up and connected", up);
  print("5 nodes down and removed", down);
}

// A leader's heartbeats come 20 times a second, so its packets run into the cut at once.
void measure_cut(live::LiveCluster& cluster) {
  std::vector<double> times;
  LinkRule cut;
  cut.block = LinkRule::Block::drop;
  std::uint64_t dropped = 0, passed = 0;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::pair<NodeName, NodeName>> links;
    for (const NodeName& node : cluster.nodes())
      if (node != "n1") links.insert(links.end(), {{"n1", node}, {node, "n1"}});
    times.push_back(milliseconds_of([&] {
      for (const auto& [from, to] : links) cluster.set_link(from, to, cut);
    }));
    const auto forwarded = [&] {
      std::uint64_t sum = 0;
      for (const auto& [from, to] : links) sum += cluster.counters(from, to).forwarded;
      return sum;
    };
    const auto lost = [&] {
      std::uint64_t sum = 0;
      for (const auto& [from, to] : links) sum += cluster.counters(from, to).dropped_by_cut;
      return sum;
    };
    const std::uint64_t forwarded_before = forwarded(), lost_before = lost();
    if (!docker::await([&] { return lost() > lost_before; })) std::abort();
    dropped += lost() - lost_before;
    passed += forwarded() - forwarded_before;
    cluster.heal_links();
  }
  print("one node cut off (8 links), in force", times);
  // On a bridge only those are counted that met a fault.
  const bool counts_passed = cluster.counters("n1", "n2").forwarded > 0;
  fmt::print("{:<44} {} dropped, {} passed\n", "  packets on those links from then on", dropped,
             counts_passed ? std::to_string(passed) : "?");
}

void measure_processes(live::LiveCluster& cluster) {
  std::vector<double> kill, start, pause, resume, status;
  for (int round = 0; round < 10; ++round) {
    pause.push_back(milliseconds_of([&] { cluster.pause("n1"); }));
    resume.push_back(milliseconds_of([&] { cluster.resume("n1"); }));
    status.push_back(milliseconds_of([&] { cluster.status("n1"); }));
    kill.push_back(milliseconds_of([&] { cluster.kill("n1"); }));
    start.push_back(milliseconds_of([&] { cluster.start("n1"); }));
  }
  print("kill", kill);
  print("start", start);
  print("pause, seen", pause);
  print("resume, seen", resume);
  print("status", status);
}

void measure(const std::string& network) {
  fmt::print("docker.network = {}\n", network);
  Bench bench(network);
  measure_up(bench);
  measure_cut(bench.cluster());
  measure_processes(bench.cluster());
  bench.down();
}

}  // namespace
}  // namespace faultrig

int main() {
  const std::string why = faultrig::docker::no_private_engine();
  if (!why.empty()) {
    fmt::print("NOT MEASURED: there can be no Docker engine here: {}\n", why);
    return 0;
  }
  const faultrig::docker::PrivateEngine engine;
  ::setenv("DOCKER_HOST", ("unix://" + engine.socket()).c_str(), 1);
  // Beside the engine, on whose machine it is the way to the bridge as well.
  faultrig::live::NetworkNamespace::of_process(engine.pid(), "the engine").inside([] {
    for (const char* network : {"switch", "bridge"}) faultrig::measure(network);
  });
  return 0;
}
