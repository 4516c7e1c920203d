#include "workloads/final_operations.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace faultrig {
namespace {

constexpr Duration pause_after_failure = std::chrono::milliseconds(100);

class FinalOperations : public Generator {
 public:
  explicit FinalOperations(FinalPhase phase)
      : phase_(std::make_shared<const FinalPhase>(std::move(phase))) {}

  Offer offer(const GeneratorContext& context) const override {
    if (!deadline_) {
      auto begun = std::make_shared<FinalOperations>(*this);
      begun->begin(context);
      return begun->offer(context);
    }
    if (context.now >= *deadline_ || all_done()) return Exhausted{};
    const Plan* soonest = nullptr;
    OfferedOperation operation;
    for (WorkerId worker : context.free.clients()) {
      const Plan& plan = plans_.at(worker);
      if (plan.next >= plan.steps->size()) continue;
      const Time at = std::max(context.now, plan.not_before);
      if (soonest != nullptr && operation.time <= at) continue;
      soonest = &plan;
      operation.worker = worker;
      operation.time = at;
    }
    if (soonest == nullptr) return Pending{};
    const OperationSpec& step = (*soonest->steps)[soonest->next];
    operation.f = step.f;
    operation.key = step.key;
    operation.value = step.value;
    return Offered{std::move(operation), std::make_shared<FinalOperations>(*this)};
  }

  GeneratorPtr update(const GeneratorContext& context,
                      const GeneratorEvent& happened) const override {
    const Event& event = happened.event;
    if (event.type == EventType::invoke || happened.worker == nemesis_worker) {
      return shared_from_this();
    }
    auto next = std::make_shared<FinalOperations>(*this);
    if (!next->deadline_) next->begin(context);
    Plan& plan = next->plans_[happened.worker];
    if (event.type != EventType::ok) {
      plan.not_before = event.time + pause_after_failure;
    } else if (phase_->is_done(event)) {
      ++plan.next;
    }
    return next;
  }

 private:
  struct Plan {
    std::shared_ptr<const std::vector<OperationSpec>> steps;
    std::size_t next = 0;  // index of the step it is at
    Time not_before{};
  };

  void begin(const GeneratorContext& context) {
    const Time first = context.now + phase_->quiet;
    deadline_ = first + phase_->patience;
    const Workers workers = context.all.clients();
    for (std::size_t i = 0; i < workers.size(); ++i) {
      plans_[workers[i]] = {
          std::make_shared<const std::vector<OperationSpec>>(phase_->steps(i, workers.size())), 0,
          first};
    }
  }

  bool all_done() const {
    return std::all_of(plans_.begin(), plans_.end(), [](const auto& entry) {
      return entry.second.next >= entry.second.steps->size();
    });
  }

  std::shared_ptr<const FinalPhase> phase_;
  std::optional<Time> deadline_;
  std::map<WorkerId, Plan> plans_;
};

}  // namespace

GeneratorPtr final_operations(FinalPhase phase) {
  return std::make_shared<FinalOperations>(std::move(phase));
}

GeneratorPtr probe_with(OperationSpec operation) {
  FinalPhase phase;
  phase.steps = [operation = std::move(operation)](std::size_t, std::size_t) {
    return std::vector<OperationSpec>{operation};
  };
  phase.patience = std::chrono::hours(24);
  return final_operations(std::move(phase));
}

}  // namespace faultrig
