#include "harness/generators/phases.hpp"

#include <algorithm>

#include "harness/generators/basics.hpp"
#include "harness/generators/wrapper.hpp"

namespace faultrig {
namespace {

class Synchronize final : public Wrapper {
 public:
  explicit Synchronize(GeneratorPtr inner) : Wrapper(std::move(inner)) {}
  Offer offer(const GeneratorContext& context) const override {
    if (context.free.size() < context.all.size()) return Pending{};
    Offer offer = offer_of(inner(), context);
    // From here on it is `inner` alone, also where that has nothing to do yet.
    if (auto* pending = std::get_if<Pending>(&offer); pending && !pending->successor) {
      pending->successor = inner();
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<Synchronize>(std::move(inner));
  }
};

class UntilOk final : public Wrapper {
 public:
  UntilOk(std::vector<WorkerId> busy, GeneratorPtr inner)
      : Wrapper(std::move(inner)), busy_(std::move(busy)) {}

  Offer offer(const GeneratorContext& context) const override {
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      std::vector<WorkerId> busy = busy_;
      busy.push_back(offered->operation.worker);
      offered->next = std::make_shared<UntilOk>(std::move(busy), std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    const auto own = std::find(busy_.begin(), busy_.end(), event.worker);
    if (own == busy_.end() || event.event.type == EventType::invoke) {
      return Wrapper::update(context, event);
    }
    if (event.event.type == EventType::ok) return nullptr;
    std::vector<WorkerId> busy = busy_;
    busy.erase(busy.begin() + (own - busy_.begin()));
    return std::make_shared<UntilOk>(std::move(busy), update_of(inner(), context, event));
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<UntilOk>(busy_, std::move(inner));
  }
  std::vector<WorkerId> busy_;  // with an operation of ours in flight
};

}  // namespace

GeneratorPtr synchronize(GeneratorPtr inner) {
  return std::make_shared<Synchronize>(std::move(inner));
}

GeneratorPtr phases(std::vector<GeneratorPtr> parts) {
  for (GeneratorPtr& part : parts) part = synchronize(std::move(part));
  return sequence(std::move(parts));
}

GeneratorPtr then(GeneratorPtr first, GeneratorPtr second) {
  return sequence({std::move(first), synchronize(std::move(second))});
}

GeneratorPtr until_ok(GeneratorPtr inner) {
  return std::make_shared<UntilOk>(std::vector<WorkerId>{}, std::move(inner));
}

}  // namespace faultrig
