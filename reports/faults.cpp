#include "reports/faults.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/words.hpp"

namespace faultrig {
namespace {

// The family that a word of the plan belongs to; kinds are FAMILY-something but for three.
std::string family_of(const std::string& word) {
  if (word == "jam" || word == "reject") return "packet";
  if (word == "restart") return "kill";
  return word.substr(0, word.find('-'));
}

std::set<std::string> families_asked_for(const RunPlan& plan) {
  std::set<std::string> families;
  if (plan.fault_script.empty()) {
    for (const std::string& word : plan.faults) families.insert(family_of(word));
  }
  for (const Options& step : plan.fault_script) families.insert(family_of(step.text("fault", "")));
  return families;
}

std::string last_evidence(const FaultRecord& fault) {
  return fault.evidence.empty() ? "no evidence" : evidence_words(fault);
}

// A swarm promises no family: each run has others.
bool is_swarm(const RunPlan& plan) {
  return std::find(plan.faults.begin(), plan.faults.end(), "swarm") != plan.faults.end();
}

void judge_swarm(const RunRecord& record, std::vector<std::string>& gaps) {
  const std::vector<FaultRecord>& faults = record.faults;
  if (faults.empty()) {
    gaps.emplace_back("a swarm of faults was asked for, but the run was over before one struck");
  } else if (std::none_of(faults.begin(), faults.end(),
                          [](const FaultRecord& fault) { return fault.bit; })) {
    gaps.push_back(fmt::format("no fault took effect: {} struck, the last was {} ({}): {}",
                               faults.size(), faults.back().kind, faults.back().detail,
                               last_evidence(faults.back())));
  }
}

void judge_families(const RunRecord& record, std::vector<std::string>& gaps) {
  for (const std::string& family : families_asked_for(record.plan)) {
    const FaultRecord* last = nullptr;
    std::uint64_t struck = 0;
    bool bit = false;
    for (const FaultRecord& fault : record.faults) {
      if (fault.family != family) continue;
      last = &fault;
      ++struck;
      bit = bit || fault.bit;
    }
    if (struck == 0) {
      gaps.push_back(fmt::format(
          "faults of family {} were asked for, but the run was over before one struck", family));
    } else if (!bit) {
      gaps.push_back(fmt::format("no {} fault took effect: {} struck, the last was {} ({}): {}",
                                 family, struck, last->kind, last->detail, last_evidence(*last)));
    }
  }
}

void judge_phases(const RunRecord& record, std::vector<std::string>& gaps) {
  if (!record.environment_error.empty()) {
    gaps.push_back("the machine refused: " + record.environment_error);
  }
  if (!record.interrupted.empty()) gaps.push_back("the run was cut short: " + record.interrupted);
  if (!record.ready) {
    gaps.push_back("the target never got ready");
    return;
  }
  if (!record.main_ended) {
    if (gaps.empty()) gaps.push_back("the run ended before its main phase did");
    return;
  }
  if (const std::string why = why_unmeasured(record); !why.empty()) {
    gaps.push_back("recovery was not measured: " + why);
    return;
  }
  if (!record.connected) {
    std::string gap = "connectivity was never whole after healing";
    if (!record.connectivity.broken.empty()) {
      const Connectivity::Broken& broken = record.connectivity.broken.front();
      gap += fmt::format(": {} of {} pairs failed, for example {} -> {}: {}",
                         record.connectivity.broken.size(), record.connectivity.pairs, broken.from,
                         broken.to, broken.why);
    }
    gaps.push_back(gap);
  }
  if (!record.recovered && record.reads_at_end) {
    gaps.push_back(fmt::format("no operation succeeded after healing, within {}",
                               seconds(Time(record.plan.settle))));
  }
}

// One that ended by itself and runs again, since a fault had it started, is only warned of.
void judge_nodes(const RunRecord& record, std::vector<std::string>& gaps) {
  for (const NodeRecord& node : record.nodes) {
    if (node.down_at_end.empty()) continue;
    if (node.deaths.empty()) {
      gaps.push_back(
          fmt::format("node {} did not run at the end ({})", node.name, node.down_at_end));
    } else {
      gaps.push_back(fmt::format("node {} ended by itself ({}) and did not run at the end",
                                 node.name, node.deaths.back()));
    }
  }
}

}  // namespace

Verdict judge_faults(const RunRecord& record) {
  Verdict verdict;
  verdict.checker = "faults";
  verdict.procedure = "evidence of every fault";
  Inactivity inactivity;
  judge_phases(record, inactivity.gaps);
  judge_nodes(record, inactivity.gaps);
  if (record.main_ended && is_swarm(record.plan)) {
    judge_swarm(record, inactivity.gaps);
  } else if (record.main_ended) {
    judge_families(record, inactivity.gaps);
  }
  const auto bit = std::count_if(record.faults.begin(), record.faults.end(),
                                 [](const FaultRecord& fault) { return fault.bit; });
  verdict.statistics = {{"struck", std::to_string(record.faults.size())},
                        {"took effect", std::to_string(bit)}};
  verdict.validity = inactivity.gaps.empty() ? Validity::valid : Validity::unknown;
  verdict.reasons = inactivity.gaps;
  if (!inactivity.gaps.empty()) verdict.evidence = std::move(inactivity);
  return verdict;
}

std::vector<std::string> unbitten(const RunRecord& record) {
  std::vector<std::string> sentences;
  for (const FaultRecord& fault : record.faults) {
    if (fault.bit) continue;
    sentences.push_back(fmt::format("#{} {} ({}) did not take effect: {}", fault.id, fault.kind,
                                    fault.detail, last_evidence(fault)));
  }
  return sentences;
}

}  // namespace faultrig
