// Healing a core only: what is left for the question whether a healed majority gets on while the
// rest stays broken. The faults stay in force, on fewer links and nodes.
#include <algorithm>

#include "nemesis/injector.hpp"

namespace faultrig {
namespace {

template <typename Set>
void erase_all(Set& set, const std::vector<std::string>& names) {
  for (const std::string& name : names) set.erase(name);
}

}  // namespace

// Counters from before the strike are kept, so what the fault did on links that it leaves counts.
std::map<Link, LinkRule> ClusterInjector::leave_links(ActiveFault& fault,
                                                      const std::vector<std::string>& core) {
  const auto is_inside = [&](const std::string& end) {
    const auto& clients = cluster_.client_machines();
    return std::find(core.begin(), core.end(), end) != core.end() ||
           std::find(clients.begin(), clients.end(), end) != clients.end();
  };
  std::map<Link, LinkRule> left;
  for (auto at = fault.links.begin(); at != fault.links.end();) {
    const bool leaves = is_inside(at->first.from) && is_inside(at->first.to);
    if (leaves) left.insert(*at);
    at = leaves ? fault.links.erase(at) : std::next(at);
  }
  return left;
}

void ClusterInjector::leave_disks(ActiveFault& fault, const std::vector<std::string>& core) {
  for (const std::string& node : core) {
    const auto slowed = fault.slowed.find(node);
    if (slowed == fault.slowed.end()) continue;
    if (cluster_.disk_counters(node).delayed > slowed->second.delayed) record_of(fault).bit = true;
    fault.slowed.erase(slowed);
  }
}

// What a drift has done shows only on the clock that it has moved, which is about to be set right.
void ClusterInjector::leave_clocks(ActiveFault& fault, const std::vector<std::string>& core,
                                   Time now) {
  const bool leaves_some = std::any_of(core.begin(), core.end(), [&](const std::string& node) {
    return fault.skewed.contains(node);
  });
  if (!leaves_some || fault.push.shows_at_once()) return;
  for (std::string& line : read_clocks(fault, now)) {
    fault.observed.push_back(std::move(line) + " when a majority was healed");
  }
}

void ClusterInjector::heal_within(const std::vector<std::string>& core, Time now) {
  std::vector<EnvironmentError> refused;
  std::map<Link, LinkRule> left;
  for (ActiveFault& fault : active_) {
    attempt(refused, [&] { leave_clocks(fault, core, now); });
  }
  for (ActiveFault& fault : active_) {
    left.merge(leave_links(fault, core));
    attempt(refused, [&] { leave_disks(fault, core); });
    erase_all(fault.skewed, core);
    erase_all(fault.held_still, core);
    erase_all(fault.held_down, core);
    std::erase_if(fault.to_restart, [&](const std::string& node) {
      return std::find(core.begin(), core.end(), node) != core.end();
    });
  }
  settle_links(left, refused);
  for (const std::string& node : core) {
    if (skewed_.contains(node)) settle_clock(node, now, refused);
    if (slowed_.contains(node)) settle_disk(node, refused);
    settle_node(node, refused);
  }
  attempt(refused, [&] { cluster_.await_started(); });
  if (!refused.empty()) throw refused.front();
}

}  // namespace faultrig
