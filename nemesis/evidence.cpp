// How a fault proves that it took effect.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nemesis/injector.hpp"
#include "nemesis/packet.hpp"

namespace faultrig {

void ClusterInjector::gather_evidence(ActiveFault& fault, Time now, bool at_end) {
  FaultRecord& record = record_of(fault);
  if (at_end) record.ended = now;
  record.evidence = fault.observed;
  if (record.family == "partition" || record.family == "packet") {
    if (at_end) gather_link_evidence(fault);
  } else if (record.family == "clock") {
    if (at_end) gather_clock_evidence(fault, now);
  } else if (record.kind == "disk-slow") {
    if (at_end) gather_disk_evidence(fault);
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
        fmt::format("no packet was {} on {} links", word, fault.counters_before.size()));
    return;
  }
  record.evidence.push_back(fmt::format("{} packet{} {} on {} of {} links", total,
                                        total == 1 ? "" : "s", word, bitten_links.size(),
                                        fault.counters_before.size()));
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

// Other faults push the same clocks: what they do is taken off what is read.
std::vector<std::string> ClusterInjector::read_clocks(ActiveFault& fault, Time now) {
  // A clock that jumps to and fro is looked at again: it may have swung back before it was read.
  constexpr int most_looks = 10'000;
  std::vector<std::string> lines;
  const std::chrono::nanoseconds own = fault.push.reach(now);
  for (const std::string& node : fault.skewed) {
    const std::chrono::nanoseconds others =
        wanted_clock(node, now).offset - fault.push.at(now).offset;
    std::chrono::nanoseconds read{};
    bool moved = false;
    for (int look = 0; look < (fault.push.period.count() > 0 ? most_looks : 1) && !moved; ++look) {
      read = cluster_.clock_offset(node);
      const std::chrono::nanoseconds share = read - others;
      // Half of it will do: no clock is read at the very instant it is set.
      moved = own.count() > 0 ? share * 2 >= own : own.count() < 0 && share * 2 <= own;
    }
    if (moved) record_of(fault).bit = true;
    lines.push_back(fmt::format("{}: clock {}{}", node, offset_words(read),
                                moved || own.count() == 0 ? "" : ", not where it was set"));
  }
  return lines;
}

void ClusterInjector::gather_clock_evidence(ActiveFault& fault, Time now) {
  FaultRecord& record = record_of(fault);
  if (!fault.push.shows_at_once()) {
    for (std::string& line : read_clocks(fault, now)) {
      record.evidence.push_back(std::move(line) + " at the end");
    }
  }
  if (record.evidence.empty()) record.evidence.push_back("moved no clock");
}

void ClusterInjector::gather_disk_evidence(ActiveFault& fault) {
  FaultRecord& record = record_of(fault);
  for (const auto& [node, before] : fault.slowed) {
    const std::uint64_t now = cluster_.disk_counters(node).delayed;
    const std::uint64_t delayed = now > before.delayed ? now - before.delayed : 0;
    if (delayed > 0) record.bit = true;
    record.evidence.push_back(
        fmt::format("{}: {} synced write{} delayed", node, delayed, delayed == 1 ? "" : "s"));
  }
  if (record.evidence.empty()) record.evidence.push_back("struck no node");
}

}  // namespace faultrig
