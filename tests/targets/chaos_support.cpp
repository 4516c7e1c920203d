#include "tests/targets/chaos_support.hpp"

#include <algorithm>
#include <cstdlib>

namespace faultrig {

void meddle_with_a_message(ScriptedCluster& cluster, Random& random, std::uint64_t percent) {
  if (cluster.waiting().empty()) return;
  // Mostly near the front; now and then any, so that some are very late.
  const std::size_t count = cluster.waiting().size();
  const std::size_t place =
      random.below(random.chance({1, 10}) ? count : std::min<std::size_t>(count, 4));
  const std::uint64_t dice = random.below(100);
  if (dice < percent) {
    cluster.drop_at(place);
  } else if (dice < 2 * percent) {
    cluster.duplicate_at(place);
  } else {
    cluster.deliver_at(place);
  }
}

void fail_power(ScriptedCluster& cluster, Random& random) {
  for (const NodeName& name : cluster.names()) {
    if (cluster.is_up(name)) cluster.crash(name, &random);
  }
  for (const NodeName& name : cluster.names()) cluster.restart(name);
}

void make_whole(ScriptedCluster& cluster) {
  cluster.heal();
  cluster.set_prompt_disks(true);
  for (const NodeName& name : cluster.names()) {
    if (!cluster.is_up(name)) cluster.restart(name);
    while (cluster.persist_one(name)) {
    }
  }
}

std::string violations_of(const ScriptedCluster& cluster) {
  std::string out;
  for (const Violation& violation : cluster.observer().violations()) {
    out += violation.property + ": " + violation.what + "\n";
  }
  return out;
}

std::uint64_t seeds_or(std::uint64_t usual) {
  const char* wanted = std::getenv("FAULTRIG_SEEDS");
  return wanted == nullptr ? usual : std::strtoull(wanted, nullptr, 10);
}

}  // namespace faultrig
