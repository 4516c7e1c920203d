#include "workloads/causal_register_load.hpp"

#include <memory>
#include <vector>

namespace faultrig {
namespace {

class CausalRegisterLoad final : public Generator {
 public:
  explicit CausalRegisterLoad(const CausalRegisterLoadOptions& options) : options_(options) {}

  Offer offer(const GeneratorContext& context) const override {
    const Workers workers = context.free.clients();
    if (workers.empty()) return Pending{};
    auto next = std::make_shared<CausalRegisterLoad>(*this);
    Random& random = *context.random;
    OfferedOperation operation;
    operation.worker = random.pick(workers);
    operation.time = context.now;
    if (may_write(operation.worker) &&
        random.chance({static_cast<std::uint32_t>(options_.write_weight),
                       static_cast<std::uint32_t>(options_.read_weight + options_.write_weight)})) {
      operation.f = "write";
      operation.key = Value(key_to_write(operation.worker, random));
      operation.value = Value(next->next_value_++);
      next->set_has_read(operation.worker, false);
    } else {
      operation.f = "read";
      operation.key = Value(key_to_read(operation.worker, random));
    }
    return Offered{std::move(operation), std::move(next)};
  }

  // A read that found a value is a cause; one of a key that nobody has written must do as well, or
  // nothing would ever be written.
  GeneratorPtr update(const GeneratorContext&, const GeneratorEvent& happened) const override {
    const Event& event = happened.event;
    const bool has_read = event.type == EventType::ok && event.f == "read";
    if (!has_read || may_write(happened.worker)) return shared_from_this();
    auto next = std::make_shared<CausalRegisterLoad>(*this);
    next->set_has_read(happened.worker, true);
    return next;
  }

 private:
  bool may_write(WorkerId worker) const {
    if (options_.read_weight == 0) return true;
    const auto place = static_cast<std::size_t>(worker);
    return place < has_read_.size() && has_read_[place];
  }
  void set_has_read(WorkerId worker, bool has_read) {
    const auto place = static_cast<std::size_t>(worker);
    if (place >= has_read_.size()) has_read_.resize(place + 1);
    has_read_[place] = has_read;
  }
  std::int64_t own_key(WorkerId worker) const { return worker % options_.keys; }

  std::int64_t key_to_write(WorkerId worker, Random& random) const {
    if (!random.chance({static_cast<std::uint32_t>(options_.stray_percent), 100})) {
      return own_key(worker);
    }
    return random.between(std::int64_t{0}, std::int64_t{options_.keys - 1});
  }
  // Any key but the own one, where there is another.
  std::int64_t key_to_read(WorkerId worker, Random& random) const {
    if (options_.keys == 1) return 0;
    const std::int64_t away = random.between(std::int64_t{1}, std::int64_t{options_.keys - 1});
    return (own_key(worker) + away) % options_.keys;
  }

  CausalRegisterLoadOptions options_;
  std::vector<bool> has_read_;  // by worker: since its last write
  std::int64_t next_value_ = 1;
};

}  // namespace

GeneratorPtr causal_register_load(const CausalRegisterLoadOptions& options) {
  return std::make_shared<CausalRegisterLoad>(options);
}

}  // namespace faultrig
