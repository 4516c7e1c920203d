#include "harness/generators/transform.hpp"

#include <stdexcept>

#include "harness/generators/wrapper.hpp"

namespace faultrig {
namespace {

template <typename Function>
using Shared = std::shared_ptr<const std::function<Function>>;

class MapOperations final : public Wrapper {
 public:
  using Change = Shared<OfferedOperation(OfferedOperation)>;
  MapOperations(Change change, GeneratorPtr inner)
      : Wrapper(std::move(inner)), change_(std::move(change)) {}
  Offer offer(const GeneratorContext& context) const override {
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->operation = (*change_)(std::move(offered->operation));
      offered->next = with(std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<MapOperations>(change_, std::move(inner));
  }
  Change change_;
};

class Filter final : public Wrapper {
 public:
  using Keep = Shared<bool(const OfferedOperation&)>;
  Filter(Keep keep, GeneratorPtr inner) : Wrapper(std::move(inner)), keep_(std::move(keep)) {}
  Offer offer(const GeneratorContext& context) const override {
    GeneratorPtr current = inner();
    for (int refused = 0; refused < 100'000; ++refused) {
      Offer offer = offer_of(current, context);
      if (auto* offered = std::get_if<Offered>(&offer)) {
        if ((*keep_)(offered->operation)) {
          offered->next = with(std::move(offered->next));
          return offer;
        }
        current = std::move(offered->next);
        continue;
      }
      if (auto* pending = std::get_if<Pending>(&offer)) {
        // What was skipped stays skipped.
        if (pending->successor == nullptr && current != inner()) pending->successor = current;
        return wrapped(std::move(*pending));
      }
      return offer;
    }
    throw std::logic_error(
        "filter: the generator offered 100000 operations in a row that the "
        "filter refused; it would go on for ever");
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<Filter>(keep_, std::move(inner));
  }
  Keep keep_;
};

class OnUpdate final : public Wrapper {
 public:
  using React =
      Shared<GeneratorPtr(const GeneratorPtr&, const GeneratorContext&, const GeneratorEvent&)>;
  OnUpdate(React react, GeneratorPtr inner) : Wrapper(std::move(inner)), react_(std::move(react)) {}
  Offer offer(const GeneratorContext& context) const override {
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next = with(std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }
  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    GeneratorPtr next = (*react_)(inner(), context, event);
    if (next == inner()) return shared_from_this();
    return with(std::move(next));
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<OnUpdate>(react_, std::move(inner));
  }
  React react_;
};

}  // namespace

GeneratorPtr map_operations(std::function<OfferedOperation(OfferedOperation)> change,
                            GeneratorPtr inner) {
  auto shared =
      std::make_shared<const std::function<OfferedOperation(OfferedOperation)>>(std::move(change));
  return std::make_shared<MapOperations>(std::move(shared), std::move(inner));
}

GeneratorPtr f_map(std::map<std::string, std::string> names, GeneratorPtr inner) {
  return map_operations(
      [names = std::move(names)](OfferedOperation operation) {
        if (auto at = names.find(operation.f); at != names.end()) operation.f = at->second;
        return operation;
      },
      std::move(inner));
}

GeneratorPtr filter(std::function<bool(const OfferedOperation&)> keep, GeneratorPtr inner) {
  auto shared =
      std::make_shared<const std::function<bool(const OfferedOperation&)>>(std::move(keep));
  return std::make_shared<Filter>(std::move(shared), std::move(inner));
}

GeneratorPtr on_update(
    std::function<GeneratorPtr(const GeneratorPtr&, const GeneratorContext&, const GeneratorEvent&)>
        react,
    GeneratorPtr inner) {
  auto shared = std::make_shared<const std::function<GeneratorPtr(
      const GeneratorPtr&, const GeneratorContext&, const GeneratorEvent&)>>(std::move(react));
  return std::make_shared<OnUpdate>(std::move(shared), std::move(inner));
}

}  // namespace faultrig
