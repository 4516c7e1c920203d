#include "workloads/operation_script.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace faultrig {
namespace {

constexpr std::int64_t longest_ns = 86'400'000'000'000;

class Script final : public Generator {
 public:
  using Operations = std::shared_ptr<const std::vector<ScriptedOperation>>;
  Script(Operations operations, std::vector<std::size_t> left, std::optional<Time> base)
      : operations_(std::move(operations)), left_(std::move(left)), base_(base) {}

  Offer offer(const GeneratorContext& context) const override {
    if (left_.empty()) return Exhausted{};
    const Time base = base_.value_or(context.now);
    std::optional<std::size_t> soonest;  // place in left_
    for (std::size_t i = 0; i < left_.size(); ++i) {
      const ScriptedOperation& operation = (*operations_)[left_[i]];
      const bool is_free = context.free.contains(operation.worker);
      if (is_free) {
        soonest = i;
        break;
      }
    }
    if (!soonest) return Pending{std::make_shared<Script>(operations_, left_, base), std::nullopt};
    const ScriptedOperation& chosen = (*operations_)[left_[*soonest]];
    std::vector<std::size_t> rest = left_;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(*soonest));
    return Offered{{chosen.worker, std::max(context.now, base + chosen.at), chosen.f, chosen.key,
                    chosen.value},
                   std::make_shared<Script>(operations_, std::move(rest), base)};
  }

 private:
  Operations operations_;          // ascending by time
  std::vector<std::size_t> left_;  // ascending
  std::optional<Time> base_;       // when the phase began; empty before it was first asked
};

}  // namespace

std::vector<ScriptedOperation> read_operation_script(const std::vector<Options>& steps,
                                                     const std::vector<std::string>& kinds,
                                                     int clients) {
  std::vector<ScriptedOperation> script;
  for (const Options& step : steps) {
    step.expect_only({"at_ns", "worker", "f", "key", "value"});
    ScriptedOperation operation;
    operation.at = Time(step.integer("at_ns", 0, 0, longest_ns));
    operation.worker = static_cast<WorkerId>(step.integer("worker", 0, 0, clients - 1));
    operation.f = step.text("f", "");
    if (std::find(kinds.begin(), kinds.end(), operation.f) == kinds.end()) {
      throw step.error("f", fmt::format("`{}` is no operation of this workload", operation.f),
                       did_you_mean(operation.f, kinds));
    }
    if (step.has("key")) operation.key = step.entries().at("key").value;
    if (step.has("value")) operation.value = step.entries().at("value").value;
    script.push_back(std::move(operation));
  }
  return script;
}

Options to_step(const ScriptedOperation& operation) {
  Options step("", "workload.script");
  step.set("at_ns", operation.at.count());
  step.set("worker", operation.worker);
  step.set("f", operation.f);
  if (operation.key) step.set("key", *operation.key);
  if (!operation.value.is_nil()) step.set("value", operation.value);
  return step;
}

GeneratorPtr scripted_operations(std::vector<ScriptedOperation> script) {
  std::stable_sort(
      script.begin(), script.end(),
      [](const ScriptedOperation& a, const ScriptedOperation& b) { return a.at < b.at; });
  std::vector<std::size_t> left(script.size());
  for (std::size_t i = 0; i < left.size(); ++i) left[i] = i;
  auto operations = std::make_shared<const std::vector<ScriptedOperation>>(std::move(script));
  return std::make_shared<Script>(std::move(operations), std::move(left), std::nullopt);
}

}  // namespace faultrig
