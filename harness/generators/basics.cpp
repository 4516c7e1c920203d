#include "harness/generators/basics.hpp"

#include <stdexcept>

#include "harness/generators/wrapper.hpp"

namespace faultrig {
namespace {

constexpr std::int64_t unlimited = -1;

class Single final : public Generator {
 public:
  explicit Single(OperationSpec spec) : spec_(std::move(spec)) {}
  Offer offer(const GeneratorContext& context) const override {
    return offer_now(spec_, context, nullptr);
  }

 private:
  OperationSpec spec_;
};

using SpecFunction = std::function<std::optional<OperationSpec>(const GeneratorContext&)>;

class FromFunction final : public Generator {
 public:
  explicit FromFunction(SpecFunction function) : function_(std::move(function)) {}
  Offer offer(const GeneratorContext& context) const override {
    if (context.free.empty()) return Pending{};
    std::optional<OperationSpec> spec = function_(context);
    if (!spec) return Exhausted{};
    return offer_now(std::move(*spec), context, shared_from_this());
  }

 private:
  SpecFunction function_;
};

// The parts are shared by all states of one sequence; only the position and its current part move.
class Sequence final : public Generator {
 public:
  using Parts = std::shared_ptr<const std::vector<GeneratorPtr>>;
  Sequence(Parts parts, std::size_t position, GeneratorPtr current)
      : parts_(std::move(parts)), position_(position), current_(std::move(current)) {}

  Offer offer(const GeneratorContext& context) const override {
    GeneratorPtr current = current_;
    for (std::size_t position = position_;;) {
      Offer offer = offer_of(current, context);
      if (auto* offered = std::get_if<Offered>(&offer)) {
        offered->next = at(position, std::move(offered->next));
        return offer;
      }
      if (auto* pending = std::get_if<Pending>(&offer)) {
        const bool moved = position != position_ || pending->successor != nullptr;
        if (pending->successor != nullptr) current = std::move(pending->successor);
        return Pending{moved ? at(position, std::move(current)) : nullptr, pending->wake};
      }
      if (++position == parts_->size()) return Exhausted{};
      current = (*parts_)[position];
    }
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    GeneratorPtr next = update_of(current_, context, event);
    if (next == current_) return shared_from_this();
    return at(position_, std::move(next));
  }

 private:
  GeneratorPtr at(std::size_t position, GeneratorPtr current) const {
    // The last part goes on alone, so that nested sequences do not grow.
    if (position + 1 == parts_->size()) return current;
    return std::make_shared<Sequence>(parts_, position, std::move(current));
  }

  Parts parts_;
  std::size_t position_;
  GeneratorPtr current_;
};

class Limit final : public Wrapper {
 public:
  Limit(std::int64_t count, GeneratorPtr inner) : Wrapper(std::move(inner)), count_(count) {}
  Offer offer(const GeneratorContext& context) const override {
    if (count_ <= 0) return Exhausted{};
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next =
          count_ == 1 ? nullptr : std::make_shared<Limit>(count_ - 1, std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<Limit>(count_, std::move(inner));
  }
  std::int64_t count_;
};

class Repeat final : public Wrapper {
 public:
  Repeat(std::int64_t count, GeneratorPtr inner) : Wrapper(std::move(inner)), count_(count) {}
  Offer offer(const GeneratorContext& context) const override {
    if (count_ == 0) return Exhausted{};
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next =
          count_ == unlimited ? shared_from_this() : std::make_shared<Repeat>(count_ - 1, inner());
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<Repeat>(count_, std::move(inner));
  }
  std::int64_t count_;
};

class Cycle final : public Wrapper {
 public:
  Cycle(std::int64_t rounds_left, GeneratorPtr fresh, GeneratorPtr current)
      : Wrapper(std::move(current)), rounds_left_(rounds_left), fresh_(std::move(fresh)) {}

  Offer offer(const GeneratorContext& context) const override {
    if (rounds_left_ == 0) return Exhausted{};
    Offer offer = offer_of(inner(), context);
    std::int64_t rounds = rounds_left_;
    if (std::holds_alternative<Exhausted>(offer)) {
      if (rounds != unlimited && --rounds == 0) return Exhausted{};
      // A generator that ends without an operation would be restarted for ever: it ends us.
      offer = offer_of(fresh_, context);
    }
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next = std::make_shared<Cycle>(rounds, fresh_, std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      if (rounds != rounds_left_ && pending->successor == nullptr) pending->successor = fresh_;
      if (pending->successor != nullptr) {
        pending->successor = std::make_shared<Cycle>(rounds, fresh_, std::move(pending->successor));
      }
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<Cycle>(rounds_left_, fresh_, std::move(inner));
  }
  std::int64_t rounds_left_;
  GeneratorPtr fresh_;
};

std::int64_t checked_count(std::int64_t count, const char* who) {
  if (count < 0) throw std::logic_error(std::string(who) + " needs a count of 0 or more");
  return count;
}

}  // namespace

Offer offer_now(OperationSpec spec, const GeneratorContext& context, GeneratorPtr next) {
  if (context.free.empty()) return Pending{};
  const WorkerId worker =
      context.free.size() == 1 ? context.free.front() : context.random->pick(context.free);
  return Offered{
      {worker, context.now, std::move(spec.f), std::move(spec.key), std::move(spec.value)},
      std::move(next)};
}

GeneratorPtr operation(std::string f, Value value, std::optional<Value> key) {
  return std::make_shared<Single>(OperationSpec{std::move(f), std::move(value), std::move(key)});
}

GeneratorPtr from_function(SpecFunction function) {
  return std::make_shared<FromFunction>(std::move(function));
}

GeneratorPtr sequence(std::vector<GeneratorPtr> parts) {
  if (parts.empty()) return nullptr;
  GeneratorPtr first = parts.front();
  if (parts.size() == 1) return first;
  auto shared = std::make_shared<const std::vector<GeneratorPtr>>(std::move(parts));
  return std::make_shared<Sequence>(std::move(shared), 0, std::move(first));
}

GeneratorPtr once(GeneratorPtr inner) { return limit(1, std::move(inner)); }

GeneratorPtr limit(std::int64_t count, GeneratorPtr inner) {
  return std::make_shared<Limit>(checked_count(count, "limit"), std::move(inner));
}

GeneratorPtr repeat(GeneratorPtr inner) {
  return std::make_shared<Repeat>(unlimited, std::move(inner));
}

GeneratorPtr repeat(std::int64_t count, GeneratorPtr inner) {
  return std::make_shared<Repeat>(checked_count(count, "repeat"), std::move(inner));
}

GeneratorPtr cycle(GeneratorPtr inner) { return std::make_shared<Cycle>(unlimited, inner, inner); }

GeneratorPtr cycle(std::int64_t count, GeneratorPtr inner) {
  return std::make_shared<Cycle>(checked_count(count, "cycle"), inner, inner);
}

}  // namespace faultrig
