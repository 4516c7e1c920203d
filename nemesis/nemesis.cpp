// How the words of a plan become a schedule of faults, or a refusal that says what to do.
#include "nemesis/nemesis.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "nemesis/fault.hpp"
#include "nemesis/injector.hpp"
#include "nemesis/orders.hpp"
#include "nemesis/process.hpp"
#include "nemesis/schedule.hpp"
#include "nemesis/script.hpp"
#include "nemesis/swarm.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view swarm = "swarm";
constexpr milliseconds longest{3'600'000};

bool is_in(const std::string& word, const std::vector<std::string>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// The kinds that a word of the plan selects.
std::vector<std::string> selected_by(const std::string& word, const RunPlan& plan) {
  const FaultDescription* fault = find_fault(word);
  if (fault != nullptr && fault->use == FaultUse::scripted) {
    throw UsageError(fmt::format("fault `{}` cannot be drawn by chance", word),
                     "describe it in a [[nemesis.script]] step", plan.file);
  }
  if (fault != nullptr) return {word};
  std::vector<std::string> kinds = drawable_kinds(word);
  if (!kinds.empty()) return kinds;
  throw UsageError(fmt::format("unknown fault `{}`", word), did_you_mean(word, fault_words()),
                   plan.file);
}

// A kind that the cluster cannot do, or a family of nothing else.
void refuse_word(const std::string& word, const RunPlan& plan, const Cluster& cluster) {
  const std::vector<std::string> kinds = selected_by(word, plan);
  const bool all = std::all_of(kinds.begin(), kinds.end(), [&](const std::string& kind) {
    return !why_impossible(kind, cluster).empty();
  });
  if (all) refuse_impossible(word, kinds.front(), cluster, plan.file);
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
  std::vector<std::string> tables = fault_families();
  tables.emplace_back(swarm);
  for (const Options& options : plan.fault_options) {
    const std::string table = options.table().substr(options.table().find('.') + 1);
    if (!is_in(table, tables)) {
      throw options.error("", fmt::format("unknown fault family `{}`", table),
                          did_you_mean(table, tables));
    }
    std::vector<std::string> known = parameter_names(drawable_kinds(table));
    known.insert(known.end(), {"first_ms", "interval_ms", "duration_ms"});
    known.emplace_back(table == swarm ? "allow" : "targets");
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
    for (const std::string& kind : selected_by(word, plan)) {
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

std::vector<FaultStreamOptions> read_families(const RunPlan& plan, const Cluster& cluster) {
  for (const std::string& word : plan.faults) refuse_word(word, plan, cluster);
  std::vector<FaultStreamOptions> streams;
  for (const std::string& family : fault_families()) {
    const std::vector<std::string> kinds = drawn_kinds(plan, cluster, family);
    for (const std::string& kind : kinds) refuse_impossible(kind, kind, cluster, plan.file);
    if (!kinds.empty()) streams.push_back(read_family(plan, cluster, family, kinds));
  }
  return streams;
}

// --- swarm ---

// An option that the family's table gives, else the swarm's, else the common one.
std::optional<milliseconds> given(const RunPlan& plan, const std::string& family, const char* name,
                                  milliseconds low) {
  for (const Options& options :
       {options_of(plan, family), options_of(plan, std::string(swarm)), plan.nemesis_options}) {
    if (options.has(name)) return options.milliseconds(name, low, low, longest);
  }
  return std::nullopt;
}

std::vector<std::string> read_allowed(const RunPlan& plan) {
  const Options options = options_of(plan, std::string(swarm));
  const std::vector<std::string> allowed = options.texts("allow", {});
  std::vector<std::string> known;
  for (const SwarmKind& kind : every_kind()) known.push_back(kind.order.kind);
  for (const std::string& kind : allowed) {
    if (is_in(kind, known)) continue;
    throw options.error("allow", fmt::format("unknown fault `{}`", kind),
                        did_you_mean(kind, known));
  }
  return allowed;
}

// What the words beside `swarm` let it choose from. A kind that is named must be possible; of a
// family or of everything the possible ones will do.
SwarmOptions read_swarm_options(const RunPlan& plan, const Cluster& cluster) {
  SwarmOptions options{every_kind(), read_allowed(plan)};
  std::vector<std::string> named;
  for (const std::string& word : plan.faults) {
    if (word == swarm) continue;
    refuse_word(word, plan, cluster);
    const FaultDescription* kind = find_fault(word);
    if (kind != nullptr && kind->use == FaultUse::unpromised && !is_in(word, options.allow)) {
      throw UsageError(fmt::format("a swarm leaves fault `{}` out unless it is allowed", word),
                       fmt::format("say allow = [\"{}\"] in [nemesis.swarm]", word), plan.file);
    }
    for (std::string& name : selected_by(word, plan)) named.push_back(std::move(name));
  }
  if (!named.empty()) {
    std::erase_if(options.kinds,
                  [&](const SwarmKind& kind) { return !is_in(kind.order.kind, named); });
  }
  for (SwarmKind& kind : options.kinds) {
    const std::string& family = find_fault(kind.order.kind)->family;
    kind.order = read_order(kind.order.kind, options_of(plan, family), cluster);
    if (is_in(kind.order.kind, plan.faults)) {
      refuse_too_few(kind.order.kind, kind.order.targets, cluster, plan.file);
    }
    kind.first = given(plan, family, "first_ms", milliseconds(0));
    kind.interval = given(plan, family, "interval_ms", milliseconds(0));
    kind.duration = given(plan, family, "duration_ms", milliseconds(1));
  }
  return options;
}

std::vector<FaultStreamOptions> read_swarm(const RunPlan& plan, const Cluster& cluster,
                                           const Random& random) {
  const auto can = [&](Capability capability) { return cluster.cannot(capability).empty(); };
  std::vector<FaultStreamOptions> streams =
      draw_swarm(random.fork(swarm), can, cluster.nodes(), read_swarm_options(plan, cluster));
  if (!streams.empty()) return streams;
  throw UsageError(
      fmt::format("a swarm has nothing to choose from: none of these faults can be done on backend "
                  "`{}` with {} nodes",
                  cluster.backend(), cluster.nodes().size()),
      "choose other faults, or more nodes", plan.file);
}

}  // namespace

std::vector<std::string> fault_words() {
  std::vector<std::string> words = fault_families();
  for (const FaultDescription& fault : fault_catalog()) words.push_back(fault.name);
  return words;
}

Nemesis make_nemesis(const RunPlan& plan, Cluster& cluster, const Roles& roles,
                     std::function<void(const FaultRecord&)> on_record) {
  const Random random = Random(plan.seed.value_or(0)).fork("nemesis");
  check_tables(plan);
  Nemesis nemesis;
  if (!plan.fault_script.empty()) {
    for (const std::string& word : plan.faults) {
      if (!is_in(word, fault_words())) selected_by(word, plan);  // refuses it
    }
    nemesis.schedule = read_script(plan, cluster, random.fork("script"));
  } else if (!plan.faults.empty()) {
    nemesis.schedule =
        random_schedule(is_in(std::string(swarm), plan.faults) ? read_swarm(plan, cluster, random)
                                                               : read_families(plan, cluster),
                        random);
  }
  nemesis.injector = std::make_unique<ClusterInjector>(cluster, roles, random.fork("targets"),
                                                       std::move(on_record));
  return nemesis;
}

}  // namespace faultrig
