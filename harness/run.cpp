#include "harness/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <functional>
#include <set>
#include <stdexcept>

#include "harness/contract_checks.hpp"
#include "harness/generators/limits.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/phases.hpp"
#include "harness/history_recorder.hpp"
#include "harness/run_watch.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t log_lines = 20;
// A probe may find out at once that a node refuses; this keeps the next one from coming too soon.
constexpr Duration between_probes = milliseconds(50);
constexpr milliseconds longest_probe{1'000};
constexpr Duration between_looks = milliseconds(5);

milliseconds probe_patience(Time deadline, Time now) {
  const auto left = std::chrono::duration_cast<milliseconds>(deadline - now);
  return std::clamp(left, milliseconds(1), longest_probe);
}

class Experiment {
 public:
  Experiment(const RunPlan& plan, RunParts parts, const RunCallbacks& callbacks)
      : plan_(plan),
        parts_(std::move(parts)),
        injector_(parts_.injector),
        watch_(parts_, callbacks, record_, [this](const ClockReading& reading) {
          history_->note(reading.at, "clock-offsets", offsets_value(reading));
        }) {
    record_.plan = plan;
    if (parts_.folder != nullptr) record_.folder = parts_.folder->path().string();
    record_.reads_at_end = parts_.final != nullptr;
    for (const NodeName& name : parts_.cluster.nodes()) {
      record_.nodes.push_back({name, "", fmt::format("nodes/{}/log.txt", name), {}, {}});
    }
  }

  RunRecord carry_out() {
    try {
      attempt([&] { run_to_the_end(); });
    } catch (...) {
      // A bug of ours or of a workload: nothing may stay broken behind it. What healing finds wrong
      // then comes after it, and most likely of it.
      heal();
      stop_nodes();
      throw;
    }
    finish();
    return std::move(record_);
  }

 private:
  void run_to_the_end() {
    std::optional<std::filesystem::path> history_file;
    if (parts_.folder != nullptr) {
      const auto plan_file = parts_.folder->file("plan.toml");
      write_file(plan_file, to_toml(plan_));
      record_.started_at = written_at(plan_file);
      history_file = parts_.folder->file("history.jsonl");
    }
    history_.emplace(history_file, parts_.on_event);
    if (!get_ready()) return;
    main_phase();
  }

  // An EnvironmentError ends what was attempted, not the record.
  void attempt(const std::function<void()>& step) {
    try {
      step();
    } catch (const EnvironmentError& error) {
      watch_.note(error);
    }
  }

  Time now() { return parts_.driver.now(); }

  // --- starting ---

  bool get_ready() {
    const Time deadline = now() + plan_.ready;
    watch_.begin_phase("starting", deadline);
    for (const NodeName& node : parts_.cluster.nodes()) parts_.cluster.start(node);
    while (true) {
      const Connectivity measured = parts_.cluster.probe(probe_patience(deadline, now()));
      refuse_ended_nodes();
      if (measured.whole()) break;
      if (now() >= deadline) refuse_unready(measured);
      if (!wait(between_probes)) return false;
    }
    record_.ready = now();
    return true;
  }

  void refuse_ended_nodes() {
    for (const NodeName& node : parts_.cluster.nodes()) {
      const std::string why = why_down(node);
      if (why.empty()) continue;
      throw EnvironmentError(
          "cannot get the target ready:", fmt::format("node {} ended by itself ({})", node, why), 0,
          log_excerpt(node));
    }
  }

  [[noreturn]] void refuse_unready(const Connectivity& measured) {
    std::set<std::string> unready;
    for (const auto& pair : measured.broken) unready.insert(pair.to);
    const auto& nodes = parts_.cluster.nodes();
    const std::string node = unready.empty() ? nodes.front() : *unready.begin();
    std::string why = "no connection could be tried";
    for (const auto& pair : measured.broken) {
      if (pair.to == node) why = fmt::format("{} -> {}: {}", pair.from, pair.to, pair.why);
    }
    throw EnvironmentError(
        "cannot get the target ready:",
        fmt::format("{} accepted no connections within {} ms ({})",
                    unready.size() > 1 ? fmt::format("nodes {}", fmt::join(unready, ", "))
                                       : fmt::format("node {}", node),
                    plan_.ready.count(), why),
        0, log_excerpt(node));
  }

  std::string log_excerpt(const NodeName& node) {
    const std::string name = fmt::format("nodes/{}/log.txt", node);
    if (parts_.folder == nullptr) return "";
    const auto lines = last_lines(parts_.folder->file(name), log_lines);
    if (lines.empty()) return fmt::format("its log {} is empty", name);
    return fmt::format("the last lines of {}:\n  {}", name, fmt::join(lines, "\n  "));
  }

  // Lets time pass on the driver's clock; false when the run is to stop.
  bool wait(Duration length) {
    GeneratorPtr (*const pause)(Duration) = &sleep;
    Interpreter idle(pause(length), {1, parts_.cluster.nodes(), false}, Random(0),
                     [](const Event&) {});
    parts_.driver.drive(idle, parts_.codec, injector_, [&] { return watch_.look(nullptr); });
    return watch_.stopped().empty();
  }

  // --- the phases that clients take part in ---

  void main_phase() {
    watch_.begin_phase("main", now() + plan_.duration);
    InterpreterOptions options{plan_.clients, parts_.cluster.nodes(), true};
    interpreter_.emplace(nullptr, std::move(options), Random(*plan_.seed).fork("generator"),
                         [this](const Event& event) { history_->write(event); });
    attempt([&] { drive(time_limit(plan_.duration, parts_.main), &RunWatch::look_for_enough); });
    watch_.look_at_everything();
    record_.main_ended = now();
  }

  using Look = std::string (RunWatch::*)(const HistoryRecorder*);
  void drive(GeneratorPtr generator, Look look = &RunWatch::look) {
    const CheckedCodec codec(parts_.codec);
    interpreter_->continue_with(checked(std::move(generator)));
    const auto cut_off = [&](std::string_view why) {
      if (interpreter_->in_flight() > 0) interpreter_->abandon(why, now());
    };
    try {
      cut_off(parts_.driver.drive(*interpreter_, codec, injector_,
                                  [&] { return (watch_.*look)(&*history_); }));
    } catch (const EnvironmentError& error) {
      cut_off(error.what());
      throw;
    }
    if (history_->failure()) throw EnvironmentError(*history_->failure());
  }

  // A quorum system promises to get on without a minority that is gone, not beside one that limps:
  // a leader on a slow link, say, is followed for as long as it is heard.
  void cut_off_all_but(const std::vector<NodeName>& core) {
    if (!parts_.cluster.cannot(Capability::cut).empty()) return;
    LinkRule cut;
    cut.block = LinkRule::Block::drop;
    std::vector<std::string> ends = parts_.cluster.nodes();
    const auto& clients = parts_.cluster.client_machines();
    ends.insert(ends.end(), clients.begin(), clients.end());
    for (const NodeName& node : parts_.cluster.nodes()) {
      if (std::find(core.begin(), core.end(), node) != core.end()) continue;
      for (const std::string& other : ends) {
        if (other == node) continue;
        parts_.cluster.set_link(node, other, cut);
        parts_.cluster.set_link(other, node, cut);
      }
    }
  }

  // Liveness without a minority: a majority drawn by the seed is made whole, the others are cut off
  // as they are, and some client must be served in time.
  void prove_progress() {
    std::vector<NodeName> core = parts_.cluster.nodes();
    Random(*plan_.seed).fork("core").shuffle(core);
    core.resize(core.size() / 2 + 1);
    std::sort(core.begin(), core.end());
    injector_.heal_within(core, now());
    cut_off_all_but(core);
    record_.progress = ProgressRecord{core, now(), plan_.progress, std::nullopt};
    watch_.begin_phase("progress", now() + plan_.progress);
    history_->expect_ok();
    drive(time_limit(plan_.progress,
                     until_ok(parts_.probe != nullptr ? parts_.probe : parts_.final)));
    // An answer may come after the limit: what was asked before is waited for.
    const std::optional<Time> served = history_->first_ok();
    if (served && *served <= record_.progress->begun + plan_.progress) {
      record_.progress->reached = served;
    }
  }

  // Never throws: a broken promise of the injector is kept for when everything has been undone.
  void heal() {
    bool done = true;
    const auto step = [&](const std::function<void()>& undo) {
      try {
        undo();
      } catch (const EnvironmentError& error) {
        done = false;
        watch_.note(error);
      } catch (const std::logic_error& error) {
        done = false;
        broken_promise_ = std::current_exception();
        record_.warnings.emplace_back(error.what());
      }
    };
    step([&] { injector_.heal(now()); });
    step([&] { parts_.cluster.heal_links(); });
    if (done) record_.healed = now();
  }

  // Empty when it runs.
  std::string why_down(const NodeName& node) {
    const NodeStatus status = parts_.cluster.status(node);
    if (status.state == NodeState::running) return "";
    return status.how.empty() ? std::string(to_string(status.state)) : status.how;
  }

  // True when some node runs.
  bool warn_of_missing_nodes() {
    std::size_t missing = 0;
    for (const NodeName& node : parts_.cluster.nodes()) {
      const std::string why = why_down(node);
      if (why.empty()) continue;
      record_.warnings.push_back(fmt::format("node {} does not run after healing: {}", node, why));
      ++missing;
    }
    return missing < parts_.cluster.nodes().size();
  }

  // Also one that ended during the final reads.
  void note_missing_nodes() {
    for (NodeRecord& node : record_.nodes) node.down_at_end = why_down(node.name);
  }

  void measure_connectivity() {
    const Time deadline = now() + plan_.settle;
    while (true) {
      record_.connectivity = parts_.cluster.probe(probe_patience(deadline, now()));
      if (record_.connectivity.whole()) {
        record_.connected = now();
        return;
      }
      if (now() >= deadline) break;
      if (!wait(between_probes)) return;
    }
    std::string broken = "no pair could be probed";
    if (!record_.connectivity.broken.empty()) {
      const auto& first = record_.connectivity.broken.front();
      broken =
          fmt::format("{} of {} links, the first {} -> {}: {}", record_.connectivity.broken.size(),
                      record_.connectivity.pairs, first.from, first.to, first.why);
    }
    record_.warnings.push_back(fmt::format("the network was not whole {} ms after healing: {}",
                                           plan_.settle.count(), broken));
  }

  // Nobody writes any more; what the nodes know of each other must spread by itself.
  void await_convergence() {
    if (plan_.convergence.count() == 0 || !parts_.cluster.disagreement()) return;
    const Time deadline = now() + plan_.convergence;
    watch_.begin_phase("convergence", deadline);
    record_.convergence = ConvergenceRecord{now(), plan_.convergence, std::nullopt, ""};
    while (true) {
      record_.convergence->disagreement = *parts_.cluster.disagreement();
      if (record_.convergence->disagreement.empty()) {
        record_.convergence->reached = now();
        return;
      }
      if (now() >= deadline || !wait(between_looks)) return;
    }
  }

  void final_phase() {
    if (parts_.final == nullptr) return;
    // Reads that are compared wait as long as the nodes may take to agree.
    const Duration length = plan_.settle + plan_.convergence;
    watch_.begin_phase("final reads", now() + length);
    history_->expect_ok();
    attempt([&] { drive(time_limit(length, parts_.final)); });
    record_.recovered = history_->first_ok();
    if (record_.recovered || !watch_.stopped().empty()) return;
    record_.warnings.push_back(
        fmt::format("no operation succeeded in the {} ms after healing", plan_.settle.count()));
  }

  void come_to_rest() {
    if (parts_.at_rest && leave_alone()) parts_.at_rest();
  }

  // False when the run is to stop.
  bool leave_alone() {
    if (!parts_.has_settled) return wait(parts_.rest);
    const Time deadline = now() + parts_.rest;
    watch_.look_at_everything();
    while (!parts_.has_settled() && now() < deadline) {
      if (!wait(between_looks)) return false;
    }
    return true;
  }

  // --- ending ---

  void finish() {
    const bool has_questions = record_.main_ended && record_.saw_enough.empty();
    const bool proves_progress = has_questions && watch_.stopped().empty() &&
                                 plan_.progress.count() > 0 && parts_.final != nullptr;
    if (proves_progress) attempt([&] { prove_progress(); });
    watch_.begin_phase("healing", now() + plan_.settle);
    heal();
    if (has_questions && watch_.stopped().empty() && !broken_promise_) {
      // Where no node runs, waiting for connections and answers is for nothing.
      bool some_runs = false;
      attempt([&] {
        some_runs = warn_of_missing_nodes();
        if (some_runs) measure_connectivity();
      });
      if (some_runs && watch_.stopped().empty()) attempt([&] { await_convergence(); });
      if (some_runs && watch_.stopped().empty()) final_phase();
    }
    if (record_.connected && watch_.stopped().empty()) attempt([&] { come_to_rest(); });
    watch_.begin_phase("stopping", Time{});
    if (record_.ready) {
      watch_.look_at_everything();
      attempt([&] { note_missing_nodes(); });
      for (std::string& remark : parts_.cluster.remarks()) {
        record_.warnings.push_back(std::move(remark));
      }
    }
    stop_nodes();
    // What they wrote in their last moments.
    if (record_.ready) watch_.look_at_trace();
    record_.ended = now();
    record_.faults = parts_.injector.records();
    if (parts_.folder != nullptr) attempt([&] { store_record(); });
    if (broken_promise_) std::rethrow_exception(broken_promise_);
  }

  void store_record() {
    for (NodeRecord& node : record_.nodes) {
      node.log_tail = last_lines(parts_.folder->file(node.log_file), log_lines);
    }
    write_file(parts_.folder->file("run.json"), to_value(record_).to_string() + "\n");
  }

  void stop_nodes() {
    for (const NodeName& node : parts_.cluster.nodes()) {
      attempt([&] { parts_.cluster.kill(node); });
    }
  }

  const RunPlan& plan_;
  RunParts parts_;
  CheckedInjector injector_;  // all faults go through it, and all healing
  std::exception_ptr broken_promise_;
  RunRecord record_;
  RunWatch watch_;
  std::optional<HistoryRecorder> history_;
  std::optional<Interpreter> interpreter_;
};

}  // namespace

RunRecord run_experiment(const RunPlan& plan, RunParts parts, const RunCallbacks& callbacks) {
  if (!plan.seed) throw std::logic_error("run_experiment: the plan's seed is not fixed");
  return Experiment(plan, std::move(parts), callbacks).carry_out();
}

}  // namespace faultrig
