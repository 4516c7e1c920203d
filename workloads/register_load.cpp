#include "workloads/register_load.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace faultrig {
namespace {

constexpr Duration pause_after_failure = std::chrono::milliseconds(100);

std::vector<WorkerId> free_clients(const GeneratorContext& context) {
  std::vector<WorkerId> clients;
  for (WorkerId worker : context.free) {
    if (worker != nemesis_worker) clients.push_back(worker);
  }
  return clients;
}

struct LiveKey {
  std::int64_t key = 0;
  int issued = 0;
  std::int64_t next_value = 1;
  std::optional<std::int64_t> seen;  // the value most recently acknowledged or read
};

class RegisterLoad : public Generator {
 public:
  RegisterLoad(const RegisterLoadOptions& options, std::shared_ptr<LiveKeys> ledger)
      : options_(options), ledger_(std::move(ledger)), next_key_(options.keys) {
    for (int key = 0; key < options.keys; ++key) live_.push_back(LiveKey{key, 0, 1, std::nullopt});
  }

  Offer offer(const GeneratorContext& context) const override {
    const std::vector<WorkerId> workers = free_clients(context);
    if (workers.empty()) return Pending{};
    auto next = std::make_shared<RegisterLoad>(*this);
    LiveKey& at = next->live_[context.random->below(live_.size())];
    OfferedOperation operation;
    operation.worker = context.random->pick(workers);
    operation.time = context.now;
    operation.key = Value(at.key);
    fill(operation, at, *context.random);
    if (++at.issued >= options_.operations_per_key) {
      at = LiveKey{next->next_key_++, 0, 1, std::nullopt};
    }
    return Offered{std::move(operation), std::move(next)};
  }

  GeneratorPtr update(const GeneratorContext&, const GeneratorEvent& happened) const override {
    const Event& event = happened.event;
    if (event.type == EventType::invoke) remember_live_keys();
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
  void fill(OfferedOperation& operation, LiveKey& at, Random& random) const {
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

  void remember_live_keys() const {
    ledger_->keys.clear();
    for (const LiveKey& live : live_) ledger_->keys.push_back(live.key);
    std::sort(ledger_->keys.begin(), ledger_->keys.end());
  }

  RegisterLoadOptions options_;
  std::shared_ptr<LiveKeys> ledger_;
  std::vector<LiveKey> live_;
  std::int64_t next_key_;
};

class FinalReads : public Generator {
 public:
  FinalReads(std::shared_ptr<const LiveKeys> live, Duration patience)
      : live_(std::move(live)), patience_(patience) {}

  Offer offer(const GeneratorContext& context) const override {
    if (!deadline_) {
      auto begun = std::make_shared<FinalReads>(*this);
      begun->begin(context);
      return begun->offer(context);
    }
    if (context.now >= *deadline_ || all_done(context)) return Exhausted{};
    std::optional<OfferedOperation> soonest;
    for (WorkerId worker : free_clients(context)) {
      const Reader& reader = reader_of(worker);
      if (reader.next >= keys_.size()) continue;
      const Time at = std::max(context.now, reader.not_before);
      if (soonest && soonest->time <= at) continue;
      soonest = OfferedOperation{worker, at, "read", Value(keys_[reader.next]), Value()};
    }
    if (!soonest) return Pending{};
    return Offered{std::move(*soonest), std::make_shared<FinalReads>(*this)};
  }

  GeneratorPtr update(const GeneratorContext& context,
                      const GeneratorEvent& happened) const override {
    const Event& event = happened.event;
    if (event.type == EventType::invoke || happened.worker == nemesis_worker) {
      return shared_from_this();
    }
    auto next = std::make_shared<FinalReads>(*this);
    if (!next->deadline_) next->begin(context);
    Reader& reader = next->readers_[happened.worker];
    if (event.type == EventType::ok) {
      ++reader.next;
    } else {
      reader.not_before = event.time + pause_after_failure;
    }
    return next;
  }

 private:
  struct Reader {
    std::size_t next = 0;  // index in keys_ of the key it reads now
    Time not_before{};
  };

  void begin(const GeneratorContext& context) {
    deadline_ = context.now + patience_;
    keys_ = live_->keys;
    if (keys_.empty()) keys_ = {0};  // nothing was ever invoked: still ask whether anyone answers
  }

  bool all_done(const GeneratorContext& context) const {
    return std::all_of(context.all.begin(), context.all.end(), [&](WorkerId worker) {
      return worker == nemesis_worker || reader_of(worker).next >= keys_.size();
    });
  }

  const Reader& reader_of(WorkerId worker) const {
    static const Reader unborn;
    const auto found = readers_.find(worker);
    return found == readers_.end() ? unborn : found->second;
  }

  std::shared_ptr<const LiveKeys> live_;
  Duration patience_;
  std::optional<Time> deadline_;
  std::vector<std::int64_t> keys_;
  std::map<WorkerId, Reader> readers_;
};

}  // namespace

GeneratorPtr register_load(const RegisterLoadOptions& options, std::shared_ptr<LiveKeys> live) {
  return std::make_shared<RegisterLoad>(options, std::move(live));
}

GeneratorPtr register_final_reads(std::shared_ptr<const LiveKeys> live, Duration patience) {
  return std::make_shared<FinalReads>(std::move(live), patience);
}

}  // namespace faultrig
