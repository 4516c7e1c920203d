#include "nemesis/injector.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nemesis/packet.hpp"

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
  if (operation.f == begin_faults) {
    begun_ = now;
    return {Outcome::ok, "faults may begin", std::nullopt};
  }
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
  attempt(refused, [&] { inject(active_.back(), now); });
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
  for (const char* family : {"partition", "packet", "clock", "disk", "pause", "kill", "power"}) {
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
  for (const std::string& node : std::set<std::string>(skewed_)) settle_clock(node, now, refused);
  for (const std::string& node : std::set<std::string>(slowed_)) settle_disk(node, refused);
  const std::map<std::string, int> asleep = still_;
  for (const auto& entry : asleep) settle_node(entry.first, refused);
  for (const std::string& node : std::set<std::string>(down_)) settle_node(node, refused);
  attempt(refused, [&] { cluster_.await_started(); });
  if (!refused.empty()) {
    throw EnvironmentError("cannot undo every fault:", refusal(refused), 0,
                           "the run's own tear-down removes what is left");
  }
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
  for (const std::string& node : ended.skewed) settle_clock(node, now, refused);
  for (const auto& entry : ended.slowed) settle_disk(entry.first, refused);
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

ClockSetting ClusterInjector::wanted_clock(const std::string& node, Time now) const {
  ClockSetting wanted;
  for (const ActiveFault& fault : active_) {
    if (fault.skewed.contains(node)) wanted = wanted + fault.push.at(now);
  }
  return wanted;
}

// Ordered even when nothing differs: a drift that goes on has moved the clock meanwhile.
void ClusterInjector::settle_clock(const std::string& node, Time now,
                                   std::vector<EnvironmentError>& refused) {
  attempt(refused, [&] {
    const bool is_skewed =
        std::any_of(active_.begin(), active_.end(),
                    [&](const ActiveFault& fault) { return fault.skewed.contains(node); });
    skewed_.insert(node);  // also when the call is refused half-way
    cluster_.set_clock(node, wanted_clock(node, now));
    if (!is_skewed) skewed_.erase(node);
  });
}

void ClusterInjector::settle_disk(const std::string& node, std::vector<EnvironmentError>& refused) {
  DiskRule wanted;
  for (const ActiveFault& fault : active_) {
    if (fault.slowed.contains(node)) wanted.sync_delay += fault.disk.sync_delay;
  }
  attempt(refused, [&] {
    slowed_.insert(node);
    cluster_.set_disk(node, wanted);
    if (wanted == DiskRule{}) slowed_.erase(node);
  });
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
