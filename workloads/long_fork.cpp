#include "workloads/long_fork.hpp"

#include <algorithm>
#include <map>

#include "checkers/invariants/activity.hpp"
#include "checkers/invariants/long_fork.hpp"
#include "harness/generators/basics.hpp"
#include "workloads/final_operations.hpp"
#include "workloads/parts.hpp"

namespace faultrig {
namespace {

constexpr std::int64_t final_groups = 20;

Value access(const char* word, std::int64_t key, Value value) {
  return Value::list({Value(word), Value(key), std::move(value)});
}

OperationSpec write_of(std::int64_t key) { return {"write", Value::list({access("w", key, 1)})}; }

OperationSpec read_of(std::int64_t group, std::int64_t size) {
  Value::List keys;
  for (std::int64_t key = group * size; key < (group + 1) * size; ++key) {
    keys.push_back(access("r", key, Value()));
  }
  return {"read", Value(std::move(keys))};
}

// How many keys were written to; flows from the main phase to the final reads, which are made
// before the run. Written only for events that happened, so a repeated run sees the same.
using KeysBegun = std::shared_ptr<std::int64_t>;

class LongForkLoad : public Generator {
 public:
  LongForkLoad(std::int64_t group_size, KeysBegun begun)
      : group_size_(group_size), begun_(std::move(begun)) {}

  Offer offer(const GeneratorContext& context) const override {
    const Workers workers = context.free.clients();
    if (workers.empty()) return Pending{};
    auto next = std::make_shared<LongForkLoad>(*this);
    OfferedOperation operation;
    operation.worker = context.random->pick(workers);
    operation.time = context.now;
    OperationSpec spec = next->next_of(operation.worker, *context.random);
    operation.f = std::move(spec.f);
    operation.value = std::move(spec.value);
    return Offered{std::move(operation), std::move(next)};
  }

  GeneratorPtr update(const GeneratorContext&, const GeneratorEvent& happened) const override {
    const Event& event = happened.event;
    if (event.type == EventType::invoke && event.f == "write" && event.value.is_list()) {
      const Value& key = event.value.as_list().front().as_list()[1];
      *begun_ = std::max(*begun_, key.as_integer() + 1);
    }
    return shared_from_this();
  }

 private:
  OperationSpec next_of(WorkerId worker, Random& random) {
    Written& own = written_[worker];
    if (own.must_read) {
      own.must_read = false;
      return read_of(own.key / group_size_, group_size_);
    }
    if (next_key_ > 0 && random.below(2) == 0) {
      auto whose = written_.begin();
      std::advance(whose, static_cast<std::ptrdiff_t>(random.below(written_.size())));
      return read_of(whose->second.key / group_size_, group_size_);
    }
    own = {next_key_++, true};
    return write_of(own.key);
  }

  struct Written {
    std::int64_t key = 0;  // the last of a worker
    bool must_read = false;
  };
  std::int64_t group_size_;
  KeysBegun begun_;
  std::int64_t next_key_ = 0;
  std::map<WorkerId, Written> written_;
};

FinalPhase final_reads(const RunPlan& plan, std::int64_t group_size, KeysBegun begun) {
  FinalPhase last;
  last.steps = [begun = std::move(begun), group_size](std::size_t, std::size_t) {
    const std::int64_t groups = std::max<std::int64_t>(1, (*begun + group_size - 1) / group_size);
    std::vector<OperationSpec> reads;
    for (auto group = std::max<std::int64_t>(0, groups - final_groups); group < groups; ++group) {
      reads.push_back(read_of(group, group_size));
    }
    return reads;
  };
  last.patience = plan.settle;
  return last;
}

}  // namespace

Value LongForkCodec::request(const Invocation& invocation) const {
  return Value::map({{"type", Value("txn")}, {"txn", invocation.value}});
}

Completion LongForkCodec::reply(const Invocation& invocation, const Value& body) const {
  const auto refused = completion_unless("txn_ok", *this, invocation, body);
  if (refused) return *refused;
  const Value* transaction = body.find("txn");
  if (transaction == nullptr || !transaction->is_list() ||
      transaction->as_list().size() != invocation.value.as_list().size()) {
    return wrong_shape("txn_ok with the transaction filled in", body);
  }
  return {Outcome::ok, *transaction, std::nullopt};
}

Workload make_long_fork_workload(const RunPlan& plan) {
  const Options& options = plan.workload_options;
  options.expect_only({"group", "final_reads"});
  const std::int64_t group_size = options.integer("group", 2, 2, 64);
  const auto begun = std::make_shared<std::int64_t>(0);
  Workload workload;
  workload.name = "long_fork";
  workload.summary = long_fork_summary;
  workload.is_hard_to_order = true;
  workload.model = "multi-register";
  workload.codec = std::make_unique<LongForkCodec>();
  workload.main =
      main_phase(plan, {"read", "write"}, std::make_shared<LongForkLoad>(group_size, begun));
  if (options.boolean("final_reads", true)) {
    workload.final = final_operations(final_reads(plan, group_size, begun));
  }
  workload.checkers.push_back(make_long_fork_checker());
  workload.checkers.push_back(
      std::make_unique<ActivityChecker>(required_kinds(plan, {{"read", 1}, {"write", 1}})));
  return workload;
}

}  // namespace faultrig
