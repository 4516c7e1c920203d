#include "nemesis/script.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nemesis/orders.hpp"
#include "nemesis/parameters.hpp"
#include "nemesis/schedule.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest{86'400'000};

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
                     fmt::format("name one of: {}", fmt::join(drawable_kinds(word), ", ")));
  }
  throw step.error("fault", fmt::format("unknown fault `{}`", word),
                   did_you_mean(word, fault_words()));
}

void expect_known(const std::string& kind, const Options& step) {
  std::vector<std::string> known = parameter_names({kind});
  known.insert(known.end(), {"at_ms", "fault", "for_ms", "targets"});
  if (kind == "partition-cut") known.insert(known.end(), {"links", "note"});
  step.expect_only(known);
  if (!takes_targets(kind) && step.has("targets")) {
    throw step.error("targets", fmt::format("`{}` takes no targets", kind));
  }
}

}  // namespace

GeneratorPtr read_script(const RunPlan& plan, const Cluster& cluster, const Random& random) {
  std::vector<TimedOrders> occurrences;
  std::uint64_t number = 0;
  for (const Options& step : plan.fault_script) {
    const std::string kind = scripted_kind(step);
    expect_known(kind, step);
    refuse_impossible(kind, kind, cluster, plan.file);
    FaultOrder order = read_order(kind, step, cluster);
    refuse_too_few(kind, order.targets, cluster, plan.file);
    Random chance = random.fork(++number);
    draw_missing(order, chance);
    order.slot = fmt::format("step-{}", number);
    const milliseconds at = step.milliseconds("at_ms", milliseconds(0), milliseconds(0), longest);
    const milliseconds length =
        step.milliseconds("for_ms", milliseconds(2'000), milliseconds(0), longest);
    occurrences.push_back(occurrence(order, find_fault(kind)->family, at, length,
                                     static_cast<int>(cluster.nodes().size())));
  }
  return scripted_schedule(occurrences);
}

Options script_step(const FaultRecord& record, Time end) {
  Options step("", "nemesis.script");
  for (const auto& [name, value] : record.order.as_map()) step.set(name, value);
  // Rounded up: what healing ended must not end before.
  const Duration length = record.ended.value_or(std::max(end, record.started)) - record.started;
  step.set("for_ms", std::chrono::ceil<milliseconds>(length).count());
  return step;
}

}  // namespace faultrig
