#include "workloads/parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "checkers/invariants/convergence.hpp"
#include "harness/generators/pace.hpp"
#include "harness/generators/workers.hpp"
#include "workloads/operation_script.hpp"

namespace faultrig {

std::uint64_t read_weight(const Options& options, const std::string& kind, std::uint64_t fallback) {
  return static_cast<std::uint64_t>(
      options.integer(kind + "_weight", static_cast<std::int64_t>(fallback), 0, 1'000));
}

std::vector<KindWeight> read_weights(const Options& options, std::vector<KindWeight> fallbacks) {
  std::uint64_t sum = 0;
  for (KindWeight& kind : fallbacks) {
    kind.weight = read_weight(options, kind.f, kind.weight);
    sum += kind.weight;
  }
  if (sum == 0) {
    const std::string first = fallbacks.front().f + "_weight";
    throw options.error(first, "all weights are 0, so there is nothing to do",
                        fmt::format("give {} or another weight a value above 0", first));
  }
  return fallbacks;
}

const std::string& draw_kind(const std::vector<KindWeight>& kinds, Random& random) {
  std::uint64_t sum = 0;
  for (const KindWeight& kind : kinds) sum += kind.weight;
  std::uint64_t draw = random.below(sum);
  for (const KindWeight& kind : kinds) {
    if (draw < kind.weight) return kind.f;
    draw -= kind.weight;
  }
  return kinds.back().f;
}

Promise read_promise(const Options& options, Promise fallback) {
  const std::string word = options.text("promise", "");
  if (word.empty()) return fallback;
  if (word == "eventual") return Promise::eventual;
  if (word == "linearizable") return Promise::linearizable;
  throw options.error("promise", fmt::format("promise `{}`", word),
                      "write eventual or linearizable");
}

Duration read_quiet(const Options& options) {
  using std::chrono::milliseconds;
  return options.milliseconds("quiet_ms", milliseconds(2'000), milliseconds(0),
                              milliseconds(600'000));
}

Duration quiet_before_agreement(const RunPlan& plan) {
  return std::max(read_quiet(plan.workload_options), Duration(plan.convergence));
}

std::vector<std::int64_t> scripted_keys(const RunPlan& plan) {
  std::set<std::int64_t> keys;
  for (const Options& step : plan.workload_script) {
    if (step.has("key") && step.entries().at("key").value.is_integer()) {
      keys.insert(step.entries().at("key").value.as_integer());
    }
  }
  return {keys.begin(), keys.end()};
}

void judge_agreement(const RunPlan& plan, Workload& workload) {
  const bool is_promised = plan.convergence.count() > 0 && plan.nodes > 1 && plan.clients > 1;
  if (is_promised && workload.final != nullptr) {
    workload.checkers.push_back(make_convergence_checker());
  }
}

GeneratorPtr main_phase(const RunPlan& plan, const std::vector<std::string>& kinds,
                        GeneratorPtr load) {
  if (!plan.workload_script.empty()) {
    return clients(
        scripted_operations(read_operation_script(plan.workload_script, kinds, plan.clients)));
  }
  if (plan.rate == 0) return clients(std::move(load));
  return stagger(Duration(std::chrono::seconds(1)) / plan.rate, clients(std::move(load)));
}

std::vector<std::string> required_kinds(const RunPlan& plan, const std::vector<KindWeight>& kinds) {
  std::set<std::string> required;
  if (plan.workload_script.empty()) {
    for (const KindWeight& kind : kinds) {
      if (kind.weight > 0) required.insert(kind.f);
    }
  }
  for (const Options& step : plan.workload_script) required.insert(step.text("f", ""));
  return {required.begin(), required.end()};
}

Completion wrong_shape(std::string_view expected, const Value& body) {
  return {
      Outcome::info, Value(),
      fmt::format("malformed reply: expected {}, got {}", expected, printable(body.to_string()))};
}

std::optional<Completion> completion_unless(std::string_view expected, const ClientCodec& codec,
                                            const Invocation& invocation, const Value& body) {
  const std::string type = body.string_or("type", "");
  if (type == "error") return completion_of_error(codec, invocation, body);
  if (type != expected) return wrong_shape(expected, body);
  return std::nullopt;
}

}  // namespace faultrig
