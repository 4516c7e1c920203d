#include "harness/generators/pace.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/generators/wrapper.hpp"

namespace faultrig {
namespace {

class Stagger final : public Wrapper {
 public:
  Stagger(Duration longest, std::optional<Time> next, GeneratorPtr inner)
      : Wrapper(std::move(inner)), longest_(longest), next_(next) {}

  Offer offer(const GeneratorContext& context) const override {
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      Time& time = offered->operation.time;
      if (next_) time = std::max(time, *next_);
      const Time next = time + context.random->between(Duration::zero(), longest_);
      offered->next = std::make_shared<Stagger>(longest_, next, std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<Stagger>(longest_, next_, std::move(inner));
  }
  Duration longest_;
  std::optional<Time> next_;  // empty before the first operation, which is not held back
};

class Delay final : public Wrapper {
 public:
  Delay(Duration gap, std::optional<Time> next, GeneratorPtr inner)
      : Wrapper(std::move(inner)), gap_(gap), next_(next) {}

  Offer offer(const GeneratorContext& context) const override {
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      Time& time = offered->operation.time;
      const Time due = next_.value_or(time);
      time = std::max(time, due);
      offered->next = std::make_shared<Delay>(gap_, due + gap_, std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<Delay>(gap_, next_, std::move(inner));
  }
  Duration gap_;
  std::optional<Time> next_;
};

class Sleep final : public Generator {
 public:
  Sleep(Duration length, std::optional<Time> ends) : length_(length), ends_(ends) {}
  Offer offer(const GeneratorContext& context) const override {
    const Time ends = ends_.value_or(context.now + length_);
    if (context.now >= ends) return Exhausted{};
    return Pending{ends_ ? nullptr : std::make_shared<Sleep>(length_, ends), ends};
  }

 private:
  Duration length_;
  std::optional<Time> ends_;
};

class CycleTimes final : public Generator {
 public:
  CycleTimes(std::vector<TimeSlot> slots, std::optional<Time> began)
      : slots_(std::move(slots)), began_(began) {}

  Offer offer(const GeneratorContext& context) const override {
    const Time began = began_.value_or(context.now);
    auto [turn, slot_began] = slot_at(began, context.now);
    std::vector<TimeSlot> after = slots_;
    GeneratorContext in_slot = context;
    // A generator may offer for a time beyond its slot; then the next slot is asked. Generators
    // that all do so are given up for now after a thousand slots, until the last of them.
    for (int tries = 0;; ++tries) {
      TimeSlot& slot = after[turn];
      const Time slot_ends = slot_began + slot.length;
      in_slot.now = std::max(context.now, slot_began);
      Offer offer = offer_of(slot.generator, in_slot);
      if (std::holds_alternative<Exhausted>(offer)) return offer;
      if (auto* pending = std::get_if<Pending>(&offer)) {
        if (pending->successor) slot.generator = std::move(pending->successor);
        const std::optional<Time> wake = earlier(pending->wake, slot_ends);
        return waiting(began, slot_began > context.now ? slot_began : *wake, std::move(after),
                       context);
      }
      Offered& offered = std::get<Offered>(offer);
      if (offered.operation.time < slot_ends) {
        slot.generator = std::move(offered.next);
        offered.next = std::make_shared<CycleTimes>(std::move(after), began);
        return offer;
      }
      if (tries == 1000) return waiting(began, slot_ends, std::move(after), context);
      turn = (turn + 1) % after.size();
      slot_began = slot_ends;
    }
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    std::vector<TimeSlot> updated = slots_;
    bool changed = false;
    for (TimeSlot& slot : updated) {
      GeneratorPtr next = update_of(slot.generator, context, event);
      changed = changed || next != slot.generator;
      slot.generator = std::move(next);
    }
    if (!changed) return shared_from_this();
    return std::make_shared<CycleTimes>(std::move(updated), began_);
  }

 private:
  static Offer waiting(Time began, Time wake, std::vector<TimeSlot> after,
                       const GeneratorContext& context) {
    return Pending{std::make_shared<CycleTimes>(std::move(after), began),
                   std::max(wake, context.now + Duration(1))};
  }
  // Which slot holds `now`, and when that turn of it began.
  std::pair<std::size_t, Time> slot_at(Time began, Time now) const {
    Duration period{};
    for (const TimeSlot& slot : slots_) period += slot.length;
    Time slot_began = now - (now - began) % period;
    for (std::size_t i = 0;; ++i) {
      if (now < slot_began + slots_[i].length) return {i, slot_began};
      slot_began += slots_[i].length;
    }
  }

  std::vector<TimeSlot> slots_;
  std::optional<Time> began_;
};

void check_not_negative(Duration length, const char* who) {
  if (length < Duration::zero()) {
    throw std::logic_error(std::string(who) + " needs a time of 0 or more");
  }
}

}  // namespace

GeneratorPtr stagger(Duration mean, GeneratorPtr inner) {
  check_not_negative(mean, "stagger");
  return std::make_shared<Stagger>(2 * mean, std::nullopt, std::move(inner));
}

GeneratorPtr delay(Duration gap, GeneratorPtr inner) {
  check_not_negative(gap, "delay");
  return std::make_shared<Delay>(gap, std::nullopt, std::move(inner));
}

GeneratorPtr sleep(Duration length) {
  check_not_negative(length, "sleep");
  return std::make_shared<Sleep>(length, std::nullopt);
}

GeneratorPtr cycle_times(std::vector<TimeSlot> slots) {
  if (slots.empty()) return nullptr;
  for (const TimeSlot& slot : slots) {
    if (slot.length <= Duration::zero()) {
      throw std::logic_error("cycle_times needs slots longer than 0");
    }
  }
  return std::make_shared<CycleTimes>(std::move(slots), std::nullopt);
}

}  // namespace faultrig
