// How the words of a plan become a schedule of faults, or a refusal that says what to do.
#include "nemesis/nemesis.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nemesis/fault.hpp"
#include "nemesis/injector.hpp"
#include "nemesis/packet.hpp"
#include "nemesis/process.hpp"
#include "nemesis/schedule.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest{3'600'000};

std::vector<std::string> kinds_of(const std::string& family) {
  std::vector<std::string> kinds;
  for (const FaultDescription& fault : fault_catalog()) {
    if (fault.family == family) kinds.push_back(fault.name);
  }
  return kinds;
}

// Families that every plan may name although no injector here performs them: a backend that cannot
// do them says why, which is more than "unknown fault".
constexpr Capability asked_for[] = {Capability::power, Capability::clock, Capability::disk};

// Kinds take different parameters; a family's table may hold those of all its kinds.
std::vector<std::string> parameter_names(const std::vector<std::string>& kinds) {
  std::vector<std::string> names;
  for (const std::string& kind : kinds) {
    for (const PacketParameter& parameter : packet_parameters(kind)) {
      if (std::find(names.begin(), names.end(), parameter.name) == names.end()) {
        names.push_back(parameter.name);
      }
    }
  }
  return names;
}

bool takes_targets(const std::string& kind) { return kind != "partition-majorities-ring"; }

std::vector<std::string> read_targets(const Options& options, const Cluster& cluster) {
  const std::vector<std::string> targets = options.texts("targets", {});
  std::vector<std::string> known = cluster.nodes();
  known.insert(known.end(), target_roles().begin(), target_roles().end());
  for (const std::string& target : targets) {
    if (std::find(known.begin(), known.end(), target) == known.end()) {
      throw options.error("targets", fmt::format("unknown target `{}`", target),
                          did_you_mean(target, known));
    }
  }
  return targets;
}

FaultOrder read_order(const std::string& kind, const Options& options, const Cluster& cluster) {
  FaultOrder order;
  order.kind = kind;
  if (takes_targets(kind)) order.targets = read_targets(options, cluster);
  for (const PacketParameter& parameter : packet_parameters(kind)) {
    if (!options.has(parameter.name)) continue;
    order.parameters[parameter.name] =
        options.integer(parameter.name, parameter.fallback, parameter.low, parameter.high);
  }
  return order;
}

void refuse_impossible(const std::string& kind, const Cluster& cluster, const std::string& file) {
  for (const Capability need : find_fault(kind)->needs) {
    const std::string why = cluster.cannot(need);
    if (why.empty()) continue;
    throw UsageError(
        fmt::format("fault `{}` cannot be done on backend `{}`: {}", kind, cluster.backend(), why),
        "choose other faults, or a backend that can", file);
  }
}

// How few nodes there may be for the fault to do anything. `targets` as the plan gives them.
std::size_t fewest_nodes(const std::string& kind, const std::vector<std::string>& targets) {
  if (kind == "partition-majorities-ring" || kind == "partition-bridge") return 3;
  const std::vector<std::string> struck = targets.empty() ? default_targets(kind) : targets;
  const bool only_minority =
      !struck.empty() && std::all_of(struck.begin(), struck.end(),
                                     [](const std::string& word) { return word == "minority"; });
  const std::string& family = find_fault(kind)->family;
  if (family == "partition") return kind == "partition-clients" ? 1 : 2;  // draws its own side
  if (only_minority) return 3;
  return family == "packet" ? 2 : 1;
}

void refuse_too_few(const std::string& kind, const std::vector<std::string>& targets,
                    const Cluster& cluster, const std::string& file) {
  const std::size_t fewest = fewest_nodes(kind, targets);
  const std::size_t count = cluster.nodes().size();
  if (count >= fewest) return;
  throw UsageError(fmt::format("fault `{}` can do nothing with {} node{}: it needs at least {}",
                               kind, count, count == 1 ? "" : "s", fewest),
                   "choose other faults, or more nodes", file);
}

void refuse_unavailable(const std::string& family, const Cluster& cluster,
                        const std::string& file) {
  for (const Capability capability : asked_for) {
    if (to_string(capability) != family) continue;
    const std::string why = cluster.cannot(capability);
    throw UsageError(fmt::format("fault `{}` cannot be done on backend `{}`: {}", family,
                                 cluster.backend(), why.empty() ? "it has no injector yet" : why),
                     "choose other faults: `faultrig list faults`", file);
  }
}

// The kinds that a word of the plan selects.
std::vector<std::string> selected_by(const std::string& word, const RunPlan& plan,
                                     const Cluster& cluster) {
  if (find_fault(word) != nullptr) return {word};
  const std::vector<std::string> kinds = kinds_of(word);
  if (!kinds.empty()) return kinds;
  refuse_unavailable(word, cluster, plan.file);
  throw UsageError(fmt::format("unknown fault `{}`", word), did_you_mean(word, fault_words()),
                   plan.file);
}

// The options of a family: its own table, else an empty one.
Options options_of(const RunPlan& plan, const std::string& family) {
  for (const Options& options : plan.fault_options) {
    if (options.table() == "nemesis." + family) return options;
  }
  return Options(plan.file, "nemesis." + family);
}

void check_tables(const RunPlan& plan) {
  plan.nemesis_options.expect_only({"first_ms", "interval_ms", "duration_ms"});
  const std::vector<std::string> families = fault_families();
  for (const Options& options : plan.fault_options) {
    const std::string family = options.table().substr(options.table().find('.') + 1);
    if (std::find(families.begin(), families.end(), family) == families.end()) {
      throw options.error("", fmt::format("unknown fault family `{}`", family),
                          did_you_mean(family, families));
    }
    std::vector<std::string> known = parameter_names(kinds_of(family));
    known.insert(known.end(), {"first_ms", "interval_ms", "duration_ms", "targets"});
    options.expect_only(known);
  }
}

FaultStreamOptions read_family(const RunPlan& plan, const Cluster& cluster,
                               const std::string& family, const std::vector<std::string>& kinds) {
  const Options own = options_of(plan, family);
  const FaultStreamOptions fallback;
  FaultStreamOptions stream;
  const auto read = [&](const char* name, milliseconds usual, milliseconds low) {
    const milliseconds common = plan.nemesis_options.milliseconds(name, usual, low, longest);
    return own.milliseconds(name, common, low, longest);
  };
  stream.family = family;
  stream.first = read("first_ms", fallback.first, milliseconds(0));
  stream.interval = read("interval_ms", fallback.interval, milliseconds(0));
  stream.duration = read("duration_ms", fallback.duration, milliseconds(1));
  for (const std::string& kind : kinds) stream.choices.push_back(read_order(kind, own, cluster));
  stream.nodes = static_cast<int>(cluster.nodes().size());
  return stream;
}

// The kinds of the family that the words of the plan select. A family named as a whole means those
// of its kinds that can do anything with so few nodes; a kind named by itself must be one.
std::vector<std::string> drawn_kinds(const RunPlan& plan, const Cluster& cluster,
                                     const std::string& family) {
  const std::vector<std::string> targets = options_of(plan, family).texts("targets", {});
  const std::size_t count = cluster.nodes().size();
  std::vector<std::string> kinds;
  for (const std::string& word : plan.faults) {
    for (const std::string& kind : selected_by(word, plan, cluster)) {
      if (find_fault(kind)->family != family) continue;
      if (word == kind) refuse_too_few(kind, targets, cluster, plan.file);
      const bool is_new = std::find(kinds.begin(), kinds.end(), kind) == kinds.end();
      if (is_new && count >= fewest_nodes(kind, targets)) kinds.push_back(kind);
    }
    if (word == family && kinds.empty()) {
      throw UsageError(fmt::format("no fault of family `{}` can do anything with {} node{}", family,
                                   count, count == 1 ? "" : "s"),
                       "choose other faults, or more nodes", plan.file);
    }
  }
  return kinds;
}

GeneratorPtr read_random(const RunPlan& plan, const Cluster& cluster, const Random& random) {
  std::vector<FaultStreamOptions> streams;
  for (const std::string& family : fault_families()) {
    const std::vector<std::string> kinds = drawn_kinds(plan, cluster, family);
    for (const std::string& kind : kinds) refuse_impossible(kind, cluster, plan.file);
    if (!kinds.empty()) streams.push_back(read_family(plan, cluster, family, kinds));
  }
  return random_schedule(streams, random);
}

// `fault = "kill"` with targets is as good as naming a kind.
std::string scripted_kind(const Options& step) {
  const std::string word = step.text("fault", "");
  if (word.empty()) throw step.error("fault", "a script step needs a fault");
  if (find_fault(word) != nullptr) return word;
  const std::vector<std::string> families = fault_families();
  const bool is_family = std::find(families.begin(), families.end(), word) != families.end();
  if (is_family && find_fault(word + "-one") != nullptr && step.has("targets"))
    return word + "-one";
  if (is_family) {
    throw step.error("fault", fmt::format("`{}` is a family of faults", word),
                     fmt::format("name one of: {}", fmt::join(kinds_of(word), ", ")));
  }
  throw step.error("fault", fmt::format("unknown fault `{}`", word),
                   did_you_mean(word, fault_words()));
}

GeneratorPtr read_script(const RunPlan& plan, const Cluster& cluster) {
  std::vector<TimedOrder> orders;
  int number = 0;
  for (const Options& step : plan.fault_script) {
    const std::string kind = scripted_kind(step);
    std::vector<std::string> known = parameter_names({kind});
    known.insert(known.end(), {"at_ms", "fault", "for_ms", "targets"});
    step.expect_only(known);
    if (!takes_targets(kind) && step.has("targets")) {
      throw step.error("targets", fmt::format("`{}` takes no targets", kind));
    }
    refuse_impossible(kind, cluster, plan.file);
    FaultOrder order = read_order(kind, step, cluster);
    refuse_too_few(kind, order.targets, cluster, plan.file);
    order.slot = fmt::format("step-{}", ++number);
    const milliseconds at = step.milliseconds("at_ms", milliseconds(0), milliseconds(0), longest);
    const milliseconds length =
        step.milliseconds("for_ms", milliseconds(2'000), milliseconds(0), longest);
    for (TimedOrder& timed : occurrence(order, find_fault(kind)->family, at, length,
                                        static_cast<int>(cluster.nodes().size()))) {
      orders.push_back(std::move(timed));
    }
  }
  return scripted_schedule(std::move(orders));
}

}  // namespace

std::vector<std::string> fault_words() {
  std::vector<std::string> words = fault_families();
  for (const FaultDescription& fault : fault_catalog()) words.push_back(fault.name);
  for (const Capability capability : asked_for) words.emplace_back(to_string(capability));
  return words;
}

Nemesis make_nemesis(const RunPlan& plan, Cluster& cluster, const Roles& roles, LineFile& records) {
  const Random random = Random(plan.seed.value_or(0)).fork("nemesis");
  check_tables(plan);
  Nemesis nemesis;
  if (!plan.fault_script.empty()) {
    for (const std::string& word : plan.faults) selected_by(word, plan, cluster);
    nemesis.schedule = read_script(plan, cluster);
  } else if (!plan.faults.empty()) {
    nemesis.schedule = read_random(plan, cluster, random);
  }
  nemesis.injector = std::make_unique<ClusterInjector>(
      cluster, roles, random.fork("targets"),
      [&records](const FaultRecord& record) { records.append(to_value(record).to_string()); });
  return nemesis;
}

}  // namespace faultrig
