#include "workloads/cart_load.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace faultrig {
namespace {

struct LiveCart {
  std::int64_t key = 0;
  int issued = 0;
};

class CartLoad final : public Generator {
 public:
  CartLoad(const CartLoadOptions& options, std::shared_ptr<UsedKeys> ledger)
      : options_(options), ledger_(std::move(ledger)), next_key_(options.carts) {
    for (int key = 0; key < options.carts; ++key) live_.push_back({key, 0});
  }

  Offer offer(const GeneratorContext& context) const override {
    const Workers workers = context.free.clients();
    if (workers.empty()) return Pending{};
    auto next = std::make_shared<CartLoad>(*this);
    Random& random = *context.random;
    LiveCart& cart = next->live_[random.below(live_.size())];
    OfferedOperation operation;
    operation.worker = random.pick(workers);
    operation.time = context.now;
    operation.key = Value(cart.key);
    const std::uint64_t weights =
        options_.add_weight + options_.read_weight + options_.delete_weight;
    const std::uint64_t draw = random.below(weights);
    if (draw < options_.add_weight) {
      operation.f = "add";
      operation.value = Value(next->next_element_++);
    } else {
      operation.f = draw < options_.add_weight + options_.read_weight ? "read" : "delete";
    }
    if (++cart.issued >= options_.operations_per_cart) cart = {next->next_key_++, 0};
    return Offered{std::move(operation), std::move(next)};
  }

  GeneratorPtr update(const GeneratorContext&, const GeneratorEvent& happened) const override {
    if (happened.event.type == EventType::invoke) remember_keys();
    return shared_from_this();
  }

 private:
  void remember_keys() const {
    ledger_->live.clear();
    for (const LiveCart& cart : live_) ledger_->live.push_back(cart.key);
    std::sort(ledger_->live.begin(), ledger_->live.end());
    ledger_->begun = next_key_;
  }

  CartLoadOptions options_;
  std::shared_ptr<UsedKeys> ledger_;
  std::vector<LiveCart> live_;
  std::int64_t next_key_;
  std::int64_t next_element_ = 1;
};

}  // namespace

GeneratorPtr cart_load(const CartLoadOptions& options, std::shared_ptr<UsedKeys> used) {
  return std::make_shared<CartLoad>(options, std::move(used));
}

}  // namespace faultrig
