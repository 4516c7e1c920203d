#include "nemesis/injector.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nemesis/packet.hpp"
#include "nemesis/process.hpp"

namespace faultrig {
namespace {

std::string refusal(const std::vector<EnvironmentError>& refused) {
  std::string text = refused.front().what();
  if (refused.size() > 1) text += fmt::format(" (and {} more refusals)", refused.size() - 1);
  return text;
}

}  // namespace

ClusterInjector::ClusterInjector(Cluster& cluster, const Roles& roles, Random random,
                                 RecordSink sink)
    : cluster_(cluster), roles_(roles), random_(random), sink_(std::move(sink)) {}

Completion ClusterInjector::apply(const Invocation& operation, Time now) {
  if (operation.f == begin_faults) return {Outcome::ok, "faults may begin", std::nullopt};
  const FaultOrder order = fault_order_from(operation.value);
  if (operation.f.starts_with("start-")) return start(order, now);
  if (operation.f.starts_with("step-")) return step(order);
  if (operation.f.starts_with("stop-")) return stop(order, now);
  return {Outcome::fail, Value(), "unknown fault operation " + operation.f};
}

Completion ClusterInjector::start(const FaultOrder& order, Time now) {
  const FaultDescription* description = find_fault(order.kind);
  if (description == nullptr) return {Outcome::fail, Value(), "unknown fault " + order.kind};
  if (in_slot(order.slot) != active_.end()) {
    return {Outcome::fail, Value(), fmt::format("a fault is in force in {}", order.slot)};
  }
  ActiveFault fault;
  fault.slot = order.slot;
  fault.record = records_.size();
  FaultRecord record;
  record.id = static_cast<int>(records_.size()) + 1;
  record.family = description->family;
  record.kind = order.kind;
  record.started = now;
  records_.push_back(std::move(record));
  aim(order, fault);

  std::vector<EnvironmentError> refused;
  active_.push_back(std::move(fault));
  attempt(refused, [&] { inject(active_.back()); });
  if (!refused.empty()) {
    const std::string text = refusal(refused);
    active_.back().observed.push_back("could not be injected: " + text);
    finish(active_.end() - 1, now, refused);
    return {Outcome::info, Value(), text};
  }
  gather_evidence(active_.back(), now, false);
  attempt(refused, [&] { sink_(records_.back()); });
  if (!refused.empty()) return {Outcome::info, Value(), refusal(refused)};
  return {Outcome::ok, records_.back().detail, std::nullopt};
}

Completion ClusterInjector::step(const FaultOrder& order) {
  const auto fault = in_slot(order.slot);
  if (fault == active_.end() || fault->to_restart.empty()) {
    return {Outcome::ok, "nothing left to restart", std::nullopt};
  }
  std::vector<EnvironmentError> refused;
  attempt(refused, [&] { restart_next(*fault); });
  if (refused.empty()) return {Outcome::ok, fault->observed.back(), std::nullopt};
  fault->observed.push_back("refused: " + refusal(refused));
  return {Outcome::info, Value(), refusal(refused)};
}

Completion ClusterInjector::stop(const FaultOrder& order, Time now) {
  const auto fault = in_slot(order.slot);
  if (fault == active_.end()) return {Outcome::ok, "nothing in force", std::nullopt};
  std::vector<EnvironmentError> refused;
  finish(fault, now, refused);
  if (refused.empty()) return {Outcome::ok, "ended", std::nullopt};
  return {Outcome::info, Value(), refusal(refused)};
}

void ClusterInjector::heal(Time now) {
  std::vector<EnvironmentError> refused;
  for (const char* family : {"partition", "packet", "pause", "kill"}) {
    for (std::size_t i = 0; i < active_.size();) {
      if (record_of(active_[i]).family == family) {
        finish(active_.begin() + static_cast<std::ptrdiff_t>(i), now, refused);
      } else {
        ++i;
      }
    }
  }
  // Clears what a refused step left behind, and what jams still hold.
  attempt(refused, [&] {
    cluster_.heal_links();
    in_force_.clear();
  });
  const std::map<std::string, int> asleep = still_;
  for (const auto& entry : asleep) settle_node(entry.first, refused);
  for (const std::string& node : std::set<std::string>(down_)) settle_node(node, refused);
  if (!refused.empty()) {
    throw EnvironmentError("cannot undo every fault:", refusal(refused), 0,
                           "the run's own tear-down removes what is left");
  }
}

void ClusterInjector::inject(ActiveFault& fault) {
  for (const auto& [link, rule] : fault.links) {
    fault.counters_before[link] = cluster_.counters(link.from, link.to);
  }
  std::vector<EnvironmentError> refused;
  settle_links(fault.links, refused);
  if (!refused.empty()) throw refused.front();
  for (const std::string& node : fault.held_down) kill_node(fault, node);
  for (const std::string& node : fault.held_still) pause_node(fault, node);
  if (!fault.to_restart.empty()) restart_next(fault);
}

void ClusterInjector::kill_node(ActiveFault& fault, const std::string& node) {
  const NodeStatus before = cluster_.status(node);
  down_.insert(node);  // also when the call is refused half-way, so that it is started
  const int ended = cluster_.kill(node);
  still_.erase(node);
  const NodeStatus after = cluster_.status(node);
  if (after.state == NodeState::running || after.state == NodeState::paused) {
    fault.observed.push_back(
        fmt::format("{}: still {} after the kill", node, to_string(after.state)));
  } else if (ended == 0) {
    fault.observed.push_back(fmt::format("{}: was {} already{}", node, to_string(before.state),
                                         before.how.empty() ? "" : " (" + before.how + ")"));
  } else {
    record_of(fault).bit = true;
    fault.observed.push_back(
        fmt::format("{}: {} process{} ended", node, ended, ended == 1 ? "" : "es"));
  }
}

void ClusterInjector::pause_node(ActiveFault& fault, const std::string& node) {
  const NodeStatus before = cluster_.status(node);
  if (before.state == NodeState::stopped || before.state == NodeState::exited) {
    fault.observed.push_back(
        fmt::format("{}: was {}, nothing to pause", node, to_string(before.state)));
    return;
  }
  still_.try_emplace(node, 0);  // also when the call is refused half-way, so that it is resumed
  const int stopped = cluster_.pause(node);
  still_[node] = stopped;
  if (stopped > 0) record_of(fault).bit = true;
  fault.observed.push_back(
      fmt::format("{}: {} process{} stopped", node, stopped, stopped == 1 ? "" : "es"));
}

void ClusterInjector::restart_next(ActiveFault& fault) {
  const std::string node = fault.to_restart.back();
  fault.to_restart.pop_back();
  kill_node(fault, node);
  if (is_held(node)) {
    fault.observed.back() += ", held down by another fault";
    return;
  }
  std::vector<EnvironmentError> refused;
  settle_node(node, refused);
  if (!refused.empty()) throw refused.front();
  fault.observed.back() += ", started again";
}

void ClusterInjector::gather_evidence(ActiveFault& fault, Time now, bool at_end) {
  FaultRecord& record = record_of(fault);
  if (at_end) record.ended = now;
  record.evidence = fault.observed;
  if (record.family == "partition" || record.family == "packet") {
    if (at_end) gather_link_evidence(fault);
  } else {
    gather_process_evidence(fault, at_end);
  }
}

// Per direction, so that a one-way cut that only dropped the wrong way shows.
void ClusterInjector::gather_link_evidence(ActiveFault& fault) {
  constexpr std::size_t shown_links = 6;
  FaultRecord& record = record_of(fault);
  const std::string_view word = bite_word(record.kind);
  std::uint64_t total = 0;
  std::vector<std::pair<std::uint64_t, Link>> bitten_links;
  for (const auto& [link, before] : fault.counters_before) {
    const std::uint64_t now = bitten(record.kind, cluster_.counters(link.from, link.to));
    const std::uint64_t earlier = bitten(record.kind, before);
    const std::uint64_t count = now > earlier ? now - earlier : 0;
    total += count;
    if (count > 0) bitten_links.emplace_back(count, link);
  }
  record.bit = total > 0;
  if (total == 0) {
    record.evidence.push_back(
        fmt::format("no packet was {} on {} links", word, fault.links.size()));
    return;
  }
  record.evidence.push_back(fmt::format("{} packets {} on {} of {} links", total, word,
                                        bitten_links.size(), fault.links.size()));
  std::stable_sort(bitten_links.begin(), bitten_links.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  if (bitten_links.size() > shown_links) bitten_links.resize(shown_links);
  for (const auto& [count, link] : bitten_links) {
    record.evidence.push_back(fmt::format("{} -> {}: {}", link.from, link.to, count));
  }
}

void ClusterInjector::gather_process_evidence(ActiveFault& fault, bool at_end) {
  FaultRecord& record = record_of(fault);
  if (!at_end) return;
  for (const std::string& node : fault.held_down) {
    const NodeState state = cluster_.status(node).state;
    if (state == NodeState::running) record.evidence.push_back(node + ": was running at the end");
  }
  for (const std::string& node : fault.held_still) {
    const NodeState state = cluster_.status(node).state;
    if (state == NodeState::running) record.evidence.push_back(node + ": was running at the end");
  }
  if (!fault.to_restart.empty()) {
    record.evidence.push_back(fmt::format("not reached: {}", fmt::join(fault.to_restart, " ")));
  }
  if (!record.bit && record.evidence.empty()) record.evidence.push_back("struck no node");
}

void ClusterInjector::finish(Active::iterator fault, Time now,
                             std::vector<EnvironmentError>& refused) {
  // Counters are read before the rules go; a refused reading must not keep the fault in force.
  const std::size_t before = refused.size();
  attempt(refused, [&] { gather_evidence(*fault, now, true); });
  const ActiveFault ended = std::move(*fault);
  active_.erase(fault);
  FaultRecord& record = record_of(ended);
  record.ended = now;
  settle_links(ended.links, refused);
  for (const std::string& node : ended.held_still) settle_node(node, refused);
  for (const std::string& node : ended.held_down) settle_node(node, refused);
  for (std::size_t i = before; i < refused.size(); ++i) {
    record.evidence.push_back(fmt::format("refused at the end: {}", refused[i].what()));
  }
  attempt(refused, [&] { sink_(record); });
}

bool ClusterInjector::is_held(const std::string& node) const {
  return std::any_of(active_.begin(), active_.end(), [&](const ActiveFault& fault) {
    return fault.held_down.contains(node) || fault.held_still.contains(node);
  });
}

void ClusterInjector::settle_links(const std::map<Link, LinkRule>& links,
                                   std::vector<EnvironmentError>& refused) {
  for (const auto& entry : links) {
    const Link& link = entry.first;
    LinkRule wanted;
    for (const ActiveFault& fault : active_) {
      const auto rule = fault.links.find(link);
      if (rule != fault.links.end()) wanted = compose(wanted, rule->second);
    }
    attempt(refused, [&] {
      const auto current = in_force_.find(link);
      if (current == in_force_.end() ? wanted.is_clear() : current->second == wanted) return;
      in_force_[link] = std::nullopt;
      cluster_.set_link(link.from, link.to, wanted);
      in_force_[link] = wanted;
      if (wanted.is_clear()) in_force_.erase(link);
    });
  }
}

void ClusterInjector::settle_node(const std::string& node, std::vector<EnvironmentError>& refused) {
  if (is_held(node)) return;
  attempt(refused, [&] {
    if (down_.contains(node)) {
      // A refused kill may have left it running.
      const NodeState state = cluster_.status(node).state;
      if (state == NodeState::stopped || state == NodeState::exited) cluster_.start(node);
      down_.erase(node);
    } else if (still_.contains(node)) {
      wake_node(node, still_.at(node));
      still_.erase(node);
    }
  });
}

// Throws when a process stays stopped: half a node would count as a running one.
void ClusterInjector::wake_node(const std::string& node, int stopped) {
  int woken = cluster_.resume(node);
  const NodeState state = cluster_.status(node).state;
  if (state == NodeState::stopped || state == NodeState::exited) return;
  if (woken < stopped) {
    // One that ended as it woke is not missing: those that are left are counted anew.
    stopped = cluster_.pause(node);
    woken = cluster_.resume(node);
  }
  if (woken >= stopped && cluster_.status(node).state != NodeState::paused) return;
  throw EnvironmentError("cannot wake", "node " + node, 0,
                         fmt::format("{} of its {} stopped processes run again", woken, stopped));
}

void ClusterInjector::attempt(std::vector<EnvironmentError>& refused,
                              const std::function<void()>& step) {
  try {
    step();
  } catch (const EnvironmentError& error) {
    refused.push_back(error);
  }
}

ClusterInjector::Active::iterator ClusterInjector::in_slot(const std::string& slot) {
  return std::find_if(active_.begin(), active_.end(),
                      [&](const ActiveFault& fault) { return fault.slot == slot; });
}

}  // namespace faultrig
