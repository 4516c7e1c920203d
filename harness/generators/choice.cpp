#include "harness/generators/choice.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "harness/generators/wrapper.hpp"

namespace faultrig {
namespace {

// Every part after an event; `changed` tells whether any differs.
std::vector<GeneratorPtr> update_all(const std::vector<GeneratorPtr>& parts,
                                     const GeneratorContext& context, const GeneratorEvent& event,
                                     bool& changed) {
  std::vector<GeneratorPtr> updated;
  updated.reserve(parts.size());
  for (const GeneratorPtr& part : parts) {
    updated.push_back(update_of(part, context, event));
    changed = changed || updated.back() != part;
  }
  return updated;
}

enum class EndsWith { the_last, the_first };

class Any final : public Generator {
 public:
  Any(EndsWith ends_with, std::vector<GeneratorPtr> parts)
      : ends_with_(ends_with), parts_(std::move(parts)) {}

  Offer offer(const GeneratorContext& context) const override {
    std::vector<Part> parts;
    parts.reserve(parts_.size());
    for (const GeneratorPtr& part : parts_) parts.push_back({part, &context});
    Selection selection = soonest(parts, context);
    if (ends_with_ == EndsWith::the_first && some_part_ended(selection)) return Exhausted{};
    if (selection.operation) {
      return Offered{std::move(*selection.operation),
                     std::make_shared<Any>(ends_with_, std::move(selection.after))};
    }
    if (!selection.pending) return Exhausted{};
    return Pending{
        selection.changed ? std::make_shared<Any>(ends_with_, std::move(selection.after)) : nullptr,
        selection.wake};
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    bool changed = false;
    std::vector<GeneratorPtr> updated = update_all(parts_, context, event, changed);
    if (!changed) return shared_from_this();
    return std::make_shared<Any>(ends_with_, std::move(updated));
  }

 private:
  static bool some_part_ended(const Selection& selection) {
    for (std::size_t i = 0; i < selection.after.size(); ++i) {
      const bool gave_its_last = selection.operation && selection.chosen == i;
      if (selection.after[i] == nullptr && !gave_its_last) return true;
    }
    return false;
  }

  EndsWith ends_with_;
  std::vector<GeneratorPtr> parts_;
};

class Mix final : public Generator {
 public:
  // `turn` is the part whose turn it is, drawn when the operation before was taken: an offer that
  // is thrown away is not drawn again, which would favour the parts that offer for now.
  Mix(std::vector<Weighted> parts, std::optional<std::size_t> turn)
      : parts_(std::move(parts)), turn_(turn) {}

  Offer offer(const GeneratorContext& context) const override {
    std::vector<Weighted> after = parts_;
    std::vector<std::uint64_t> chances;  // 0: ended, or pending and passed over
    for (const Weighted& part : parts_) chances.push_back(part.generator ? part.weight : 0);
    Pending waiting;
    bool some_wait = false;
    std::size_t part = turn_ && chances[*turn_] > 0 ? *turn_ : draw(chances, *context.random);
    for (; part < parts_.size(); part = draw(chances, *context.random)) {
      Offer offer = offer_of(after[part].generator, context);
      chances[part] = 0;
      if (auto* offered = std::get_if<Offered>(&offer)) {
        after[part].generator = std::move(offered->next);
        offered->next = with_next_turn(std::move(after), *context.random);
        return offer;
      }
      if (auto* pending = std::get_if<Pending>(&offer)) {
        some_wait = true;
        waiting.wake = earlier(waiting.wake, pending->wake);
        if (pending->successor) after[part].generator = std::move(pending->successor);
      } else {
        after[part].generator = nullptr;
      }
    }
    if (!some_wait) return Exhausted{};
    waiting.successor = std::make_shared<Mix>(std::move(after), turn_);
    return waiting;
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    std::vector<Weighted> updated = parts_;
    bool changed = false;
    for (Weighted& part : updated) {
      GeneratorPtr next = update_of(part.generator, context, event);
      changed = changed || next != part.generator;
      part.generator = std::move(next);
    }
    if (!changed) return shared_from_this();
    return std::make_shared<Mix>(std::move(updated), turn_);
  }

 private:
  // chances.size() when nothing has a chance.
  static std::size_t draw(const std::vector<std::uint64_t>& chances, Random& random) {
    const std::uint64_t total = std::accumulate(chances.begin(), chances.end(), std::uint64_t{0});
    if (total == 0) return chances.size();
    std::uint64_t ticket = random.below(total);
    std::size_t part = 0;
    while (ticket >= chances[part]) ticket -= chances[part++];
    return part;
  }
  static GeneratorPtr with_next_turn(std::vector<Weighted> parts, Random& random) {
    std::erase_if(parts, [](const Weighted& part) { return part.generator == nullptr; });
    if (parts.empty()) return nullptr;
    std::vector<std::uint64_t> chances;
    for (const Weighted& part : parts) chances.push_back(part.weight);
    const std::size_t turn = draw(chances, random);
    return std::make_shared<Mix>(std::move(parts), turn);
  }

  std::vector<Weighted> parts_;
  std::optional<std::size_t> turn_;
};

class FlipFlop final : public Generator {
 public:
  FlipFlop(std::vector<GeneratorPtr> parts, std::size_t turn)
      : parts_(std::move(parts)), turn_(turn) {}

  Offer offer(const GeneratorContext& context) const override {
    Offer offer = offer_of(parts_[turn_], context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next = with(std::move(offered->next), (turn_ + 1) % parts_.size());
    } else if (auto* pending = std::get_if<Pending>(&offer); pending && pending->successor) {
      pending->successor = with(std::move(pending->successor), turn_);
    }
    return offer;
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    bool changed = false;
    std::vector<GeneratorPtr> updated = update_all(parts_, context, event, changed);
    if (!changed) return shared_from_this();
    return std::make_shared<FlipFlop>(std::move(updated), turn_);
  }

 private:
  GeneratorPtr with(GeneratorPtr part, std::size_t turn) const {
    std::vector<GeneratorPtr> parts = parts_;
    parts[turn_] = std::move(part);
    return std::make_shared<FlipFlop>(std::move(parts), turn);
  }

  std::vector<GeneratorPtr> parts_;
  std::size_t turn_;
};

}  // namespace

GeneratorPtr any(std::vector<GeneratorPtr> parts) {
  return std::make_shared<Any>(EndsWith::the_last, std::move(parts));
}

GeneratorPtr shortest_any(std::vector<GeneratorPtr> parts) {
  return std::make_shared<Any>(EndsWith::the_first, std::move(parts));
}

GeneratorPtr mix(std::vector<Weighted> parts) {
  for (const Weighted& part : parts) {
    if (part.weight == 0) throw std::logic_error("mix needs a weight of at least 1 for every part");
  }
  return std::make_shared<Mix>(std::move(parts), std::nullopt);
}

GeneratorPtr mix(const std::vector<GeneratorPtr>& parts) {
  std::vector<Weighted> weighted;
  for (const GeneratorPtr& part : parts) weighted.push_back({part, 1});
  return mix(std::move(weighted));
}

GeneratorPtr flip_flop(GeneratorPtr a, GeneratorPtr b) {
  return std::make_shared<FlipFlop>(std::vector<GeneratorPtr>{std::move(a), std::move(b)}, 0);
}

}  // namespace faultrig
