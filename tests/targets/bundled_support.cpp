#include "tests/targets/bundled_support.hpp"

#include <utility>

#include "targets/bank_2pc/bugs.hpp"
#include "targets/causal_kv/bugs.hpp"
#include "targets/dynamo/bugs.hpp"
#include "targets/raft_kv/bugs.hpp"
#include "tests/targets/bank_2pc/bank_scenario_support.hpp"
#include "tests/targets/causal_kv/scenario_support.hpp"
#include "tests/targets/dynamo/scenario_support.hpp"
#include "tests/targets/raft_kv/scenario_support.hpp"

namespace faultrig {
namespace {

template <typename Bug, typename BugSet>
BundledTarget target_of(std::string name, std::size_t bug_count,
                        const std::vector<BugInfoOf<Bug>>& table, BugSet (*parse)(std::string_view),
                        ScenarioResult (*run)(const std::string&, bool)) {
  BundledTarget target;
  target.name = std::move(name);
  target.bug_count = bug_count;
  for (const BugInfoOf<Bug>& info : table) {
    target.bugs.push_back({static_cast<std::size_t>(info.bug), std::string(info.name),
                           std::string(info.summary), std::string(info.breaks),
                           std::string(info.shows), std::string(info.source),
                           std::string(info.teaches)});
  }
  target.switched_on = [&table, parse](const std::string& text) {
    const BugSet bugs = parse(text);
    std::vector<bool> on;
    for (const BugInfoOf<Bug>& info : table) on.push_back(bugs.has(info.bug));
    return on;
  };
  target.run_scenario = run;
  return target;
}

}  // namespace

const std::vector<BundledTarget>& bundled_targets() {
  static const std::vector<BundledTarget> targets = {
      target_of("raft_kv", raft_kv::bug_count, raft_kv::all_bugs(), raft_kv::parse_bugs,
                raft_kv::run_scenario),
      target_of("causal_kv", causal_kv::bug_count, causal_kv::all_bugs(), causal_kv::parse_bugs,
                causal_kv::run_scenario),
      target_of("bank_2pc", bank_2pc::bug_count, bank_2pc::all_bugs(), bank_2pc::parse_bugs,
                bank_2pc::run_scenario),
      target_of("dynamo", dynamo::bug_count, dynamo::all_bugs(), dynamo::parse_bugs,
                dynamo::run_scenario),
  };
  return targets;
}

}  // namespace faultrig
