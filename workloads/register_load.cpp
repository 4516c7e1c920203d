#include "workloads/register_load.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace faultrig {
namespace {

constexpr Duration pause_after_failure = std::chrono::milliseconds(100);

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

class FinalReads : public Generator {
 public:
  FinalReads(std::shared_ptr<const UsedKeys> used, Duration patience)
      : used_(std::move(used)), patience_(patience) {}

  Offer offer(const GeneratorContext& context) const override {
    if (!deadline_) {
      auto begun = std::make_shared<FinalReads>(*this);
      begun->begin(context);
      return begun->offer(context);
    }
    if (context.now >= *deadline_ || all_done()) return Exhausted{};
    std::optional<OfferedOperation> soonest;
    for (WorkerId worker : context.free.clients()) {
      const Reader& reader = readers_.at(worker);
      if (reader.next >= reader.keys.size()) continue;
      const Time at = std::max(context.now, reader.not_before);
      if (soonest && soonest->time <= at) continue;
      soonest = OfferedOperation{worker, at, "read", Value(reader.keys[reader.next]), Value()};
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
    std::vector<std::int64_t> keys;
    std::size_t next = 0;  // index in keys of the one it reads now
    Time not_before{};
  };

  void begin(const GeneratorContext& context) {
    deadline_ = context.now + patience_;
    const Workers workers = context.all.clients();
    for (std::size_t i = 0; i < workers.size(); ++i) {
      Reader& reader = readers_[workers[i]];
      reader.keys = used_->live;
      for (auto key = static_cast<std::int64_t>(i); key < used_->begun;
           key += static_cast<std::int64_t>(workers.size())) {
        if (!std::binary_search(used_->live.begin(), used_->live.end(), key)) {
          reader.keys.push_back(key);
        }
      }
      if (reader.keys.empty()) reader.keys = {0};  // nothing was invoked: does anyone answer?
    }
  }

  bool all_done() const {
    return std::all_of(readers_.begin(), readers_.end(), [](const auto& entry) {
      return entry.second.next >= entry.second.keys.size();
    });
  }

  std::shared_ptr<const UsedKeys> used_;
  Duration patience_;
  std::optional<Time> deadline_;
  std::map<WorkerId, Reader> readers_;
};

}  // namespace

GeneratorPtr register_load(const RegisterLoadOptions& options, std::shared_ptr<UsedKeys> used) {
  return std::make_shared<RegisterLoad>(options, std::move(used));
}

GeneratorPtr register_final_reads(std::shared_ptr<const UsedKeys> used, Duration patience) {
  return std::make_shared<FinalReads>(std::move(used), patience);
}

}  // namespace faultrig
