#include "workloads/register_load.hpp"

#include <algorithm>
#include <optional>

#include "harness/generators/pace.hpp"
#include "harness/generators/phases.hpp"
#include "workloads/final_operations.hpp"
#include "workloads/parts.hpp"

namespace faultrig {
namespace {

struct LiveKey {
  std::int64_t key = 0;
  int issued = 0;
  std::int64_t next_value = 1;
  std::optional<std::int64_t> seen;  // the value most recently acknowledged or read
};

class RegisterLoad : public Generator {
 public:
  RegisterLoad(const RegisterLoadOptions& options, std::shared_ptr<UsedKeys> ledger)
      : options_(options), ledger_(std::move(ledger)), next_key_(options.keys) {
    for (int key = 0; key < options.keys; ++key) live_.push_back(LiveKey{key, 0, 1, std::nullopt});
  }

  Offer offer(const GeneratorContext& context) const override {
    const Workers workers = context.free.clients();
    if (workers.empty()) return Pending{};
    auto next = std::make_shared<RegisterLoad>(*this);
    LiveKey& at = next->live_[context.random->below(live_.size())];
    OfferedOperation operation;
    operation.worker = context.random->pick(workers);
    operation.time = context.now;
    operation.key = Value(at.key);
    fill(operation, at, *context.random, operation.worker < options_.readers);
    if (++at.issued >= options_.operations_per_key) {
      at = LiveKey{next->next_key_++, 0, 1, std::nullopt};
    }
    return Offered{std::move(operation), std::move(next)};
  }

  GeneratorPtr update(const GeneratorContext&, const GeneratorEvent& happened) const override {
    const Event& event = happened.event;
    if (event.type == EventType::invoke) remember_keys();
    if (event.type != EventType::ok || !event.key || !event.key->is_integer()) {
      return shared_from_this();
    }
    const Value& seen = event.f == "cas" && event.value.is_list() && !event.value.as_list().empty()
                            ? event.value.as_list().back()
                            : event.value;
    if (!seen.is_integer()) return shared_from_this();
    for (std::size_t i = 0; i < live_.size(); ++i) {
      if (live_[i].key != event.key->as_integer()) continue;
      auto next = std::make_shared<RegisterLoad>(*this);
      next->live_[i].seen = seen.as_integer();
      return next;
    }
    return shared_from_this();
  }

 private:
  void fill(OfferedOperation& operation, LiveKey& at, Random& random, bool only_reads) const {
    if (only_reads) {
      operation.f = "read";
      return;
    }
    const std::uint64_t weights =
        options_.read_weight + options_.write_weight + options_.cas_weight;
    const std::uint64_t draw = random.below(weights);
    if (draw < options_.read_weight) {
      operation.f = "read";
    } else if (draw < options_.read_weight + options_.write_weight || !at.seen) {
      // There is nothing to compare with before a value was seen: write one.
      operation.f = "write";
      operation.value = fresh_value(at, random);
    } else {
      operation.f = "cas";
      operation.value = Value::list({Value(*at.seen), Value(fresh_value(at, random))});
    }
  }

  std::int64_t fresh_value(LiveKey& at, Random& random) const {
    return options_.distinct ? at.next_value++ : random.between(1, options_.values);
  }

  void remember_keys() const {
    ledger_->live.clear();
    for (const LiveKey& live : live_) ledger_->live.push_back(live.key);
    std::sort(ledger_->live.begin(), ledger_->live.end());
    ledger_->begun = next_key_;
  }

  RegisterLoadOptions options_;
  std::shared_ptr<UsedKeys> ledger_;
  std::vector<LiveKey> live_;
  std::int64_t next_key_;
};

// The live keys, then its share of the retired ones.
std::vector<OperationSpec> final_reads_of(const UsedKeys& used, std::size_t place,
                                          std::size_t workers, const Value& mark) {
  std::vector<std::int64_t> keys = used.live;
  for (auto key = static_cast<std::int64_t>(place); key < used.begun;
       key += static_cast<std::int64_t>(workers)) {
    if (!std::binary_search(used.live.begin(), used.live.end(), key)) keys.push_back(key);
  }
  if (keys.empty()) keys = {0};  // nothing was invoked: does anyone answer?
  std::vector<OperationSpec> reads;
  for (const std::int64_t key : keys) reads.push_back({"read", mark, Value(key)});
  return reads;
}

}  // namespace

GeneratorPtr register_load(const RegisterLoadOptions& options, std::shared_ptr<UsedKeys> used) {
  return std::make_shared<RegisterLoad>(options, std::move(used));
}

GeneratorPtr register_final_reads(std::shared_ptr<const UsedKeys> used, Duration patience,
                                  const Value& mark) {
  FinalPhase phase;
  phase.steps = [used = std::move(used), mark](std::size_t place, std::size_t workers) {
    return final_reads_of(*used, place, workers, mark);
  };
  phase.patience = patience;
  return final_operations(std::move(phase));
}

GeneratorPtr reads_after_agreement(int keys, const RunPlan& plan) {
  const auto used = std::make_shared<UsedKeys>();
  used->live = scripted_keys(plan);
  for (int key = 0; plan.workload_script.empty() && key < keys; ++key) used->live.push_back(key);
  const GeneratorPtr first = register_final_reads(used, plan.settle);
  if (plan.convergence.count() == 0) return first;
  GeneratorPtr (*const pause)(Duration) = &sleep;
  return phases(
      {first, pause(plan.convergence), register_final_reads(used, plan.settle, Value("final"))});
}

}  // namespace faultrig
