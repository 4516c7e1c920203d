#include "harness/generators/keys.hpp"

#include <stdexcept>

#include "harness/errors.hpp"
#include "harness/generators/wrapper.hpp"

namespace faultrig {
namespace {

// Where keys and their generators come from; shared by all states of one generator.
struct KeyMaker {
  KeySource keys;
  GeneratorForKey for_key;
};
using Maker = std::shared_ptr<const KeyMaker>;

// A key in use. `key` empty: keys have run out.
struct LiveKey {
  std::optional<Value> key;
  GeneratorPtr generator;
  std::int64_t operations_left = 0;
};

LiveKey make_key(const KeyMaker& maker, std::int64_t number, std::int64_t operations = 0) {
  std::optional<Value> key = maker.keys(number);
  if (!key) return {};
  GeneratorPtr generator = maker.for_key(*key);
  return {std::move(key), std::move(generator), operations};
}

class SequentialKeys final : public Generator {
 public:
  // `current` is key number `next` - 1.
  SequentialKeys(Maker maker, std::int64_t next, LiveKey current)
      : maker_(std::move(maker)), next_(next), current_(std::move(current)) {}

  Offer offer(const GeneratorContext& context) const override {
    LiveKey current = current_;
    for (std::int64_t next = next_; current.key; current = make_key(*maker_, next++)) {
      Offer offer = offer_of(current.generator, context);
      if (auto* offered = std::get_if<Offered>(&offer)) {
        offered->operation.key = current.key;
        offered->next = with(next, *current.key, std::move(offered->next));
        return offer;
      }
      if (auto* pending = std::get_if<Pending>(&offer)) {
        if (pending->successor) current.generator = std::move(pending->successor);
        return Pending{with(next, *current.key, std::move(current.generator)), pending->wake};
      }
    }
    return Exhausted{};
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    if (event.event.key != current_.key) return shared_from_this();
    GeneratorPtr next = update_of(current_.generator, context, event);
    if (next == current_.generator) return shared_from_this();
    return with(next_, *current_.key, std::move(next));
  }

 private:
  GeneratorPtr with(std::int64_t next, Value key, GeneratorPtr generator) const {
    return std::make_shared<SequentialKeys>(maker_, next,
                                            LiveKey{std::move(key), std::move(generator)});
  }
  Maker maker_;
  std::int64_t next_;
  LiveKey current_;
};

class ConcurrentKeys final : public Generator {
 public:
  ConcurrentKeys(std::size_t group, Maker maker, std::int64_t next, std::vector<LiveKey> groups)
      : group_(group), maker_(std::move(maker)), next_(next), groups_(std::move(groups)) {}

  Offer offer(const GeneratorContext& context) const override {
    const GeneratorContext clients = without_nemesis(context);
    std::int64_t next = next_;
    std::vector<LiveKey> groups = groups_;
    for (std::size_t count = group_count(clients); groups.size() < count;) {
      groups.push_back(make_key(*maker_, next++));
    }
    while (true) {
      Selection selection = ask(groups, clients);
      if (replace_ended(groups, selection, next)) continue;
      if (selection.operation) {
        const LiveKey& chosen = groups[selection.chosen];
        selection.operation->key = chosen.key;
        take(groups, selection);
        return Offered{std::move(*selection.operation), with(next, std::move(groups))};
      }
      if (!selection.pending) return Exhausted{};
      take(groups, selection);
      return Pending{with(next, std::move(groups)), selection.wake};
    }
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    if (event.worker == nemesis_worker || groups_.empty()) return shared_from_this();
    const GeneratorContext clients = without_nemesis(context);
    const std::size_t group = group_of(clients, event.worker);
    if (event.event.key != groups_[group].key) return shared_from_this();
    GeneratorPtr next = update_of(groups_[group].generator, only(clients, group), event);
    if (next == groups_[group].generator) return shared_from_this();
    std::vector<LiveKey> groups = groups_;
    groups[group].generator = std::move(next);
    return with(next_, std::move(groups));
  }

 private:
  static GeneratorContext without_nemesis(const GeneratorContext& context) {
    return narrowed(context, [](WorkerId worker) { return worker != nemesis_worker; });
  }
  std::size_t group_count(const GeneratorContext& clients) const {
    if (clients.all.empty() || clients.all.size() % group_ != 0) {
      throw UsageError("keys are worked on by groups of " + std::to_string(group_) +
                           " clients, and " + std::to_string(clients.all.size()) +
                           " clients do not divide into such groups",
                       "choose a multiple of " + std::to_string(group_));
    }
    return clients.all.size() / group_;
  }
  std::size_t group_of(const GeneratorContext& clients, WorkerId worker) const {
    const auto at = std::lower_bound(clients.all.begin(), clients.all.end(), worker);
    return static_cast<std::size_t>(at - clients.all.begin()) / group_;
  }
  GeneratorContext only(const GeneratorContext& clients, std::size_t group) const {
    return narrowed(clients, [&](WorkerId worker) { return group_of(clients, worker) == group; });
  }
  Selection ask(const std::vector<LiveKey>& groups, const GeneratorContext& clients) const {
    std::vector<GeneratorContext> contexts;
    contexts.reserve(groups.size());
    std::vector<Part> parts;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      contexts.push_back(only(clients, i));
      parts.push_back({groups[i].generator, &contexts.back()});
    }
    return soonest(parts, clients);
  }
  // Gives every group whose generator has just ended its next key; true when there was one.
  bool replace_ended(std::vector<LiveKey>& groups, const Selection& selection,
                     std::int64_t& next) const {
    bool replaced = false;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      const bool gave_its_last = selection.operation && selection.chosen == i;
      if (!groups[i].key || selection.after[i] != nullptr || gave_its_last) continue;
      groups[i] = make_key(*maker_, next++);
      replaced = true;
    }
    return replaced;
  }
  static void take(std::vector<LiveKey>& groups, Selection& selection) {
    for (std::size_t i = 0; i < groups.size(); ++i) {
      groups[i].generator = std::move(selection.after[i]);
    }
  }
  GeneratorPtr with(std::int64_t next, std::vector<LiveKey> groups) const {
    return std::make_shared<ConcurrentKeys>(group_, maker_, next, std::move(groups));
  }

  std::size_t group_;
  Maker maker_;
  std::int64_t next_;            // number of the next fresh key
  std::vector<LiveKey> groups_;  // empty before the first asking
};

class RotatingKeys final : public Generator {
 public:
  RotatingKeys(KeyRotation rotation, Maker maker, std::int64_t next, std::vector<LiveKey> live)
      : rotation_(rotation), maker_(std::move(maker)), next_(next), live_(std::move(live)) {}

  Offer offer(const GeneratorContext& context) const override {
    std::int64_t next = next_;
    std::vector<LiveKey> live = live_;
    while (live.size() < rotation_.live && add_fresh(live, next)) {
    }
    Pending waiting;
    // live[0, asleep) are pending just now and passed over; the rest have a chance.
    std::size_t asleep = 0;
    while (asleep < live.size()) {
      const std::size_t drawn = asleep + context.random->below(live.size() - asleep);
      Offer offer = offer_of(live[drawn].generator, context);
      if (auto* offered = std::get_if<Offered>(&offer)) {
        offered->operation.key = live[drawn].key;
        live[drawn].generator = std::move(offered->next);
        if (--live[drawn].operations_left == 0) live.erase(live.begin() + position(drawn));
        offered->next = with(next, std::move(live));
        return offer;
      }
      if (auto* pending = std::get_if<Pending>(&offer)) {
        waiting.wake = earlier(waiting.wake, pending->wake);
        if (pending->successor) live[drawn].generator = std::move(pending->successor);
        std::swap(live[drawn], live[asleep++]);
      } else {
        live.erase(live.begin() + position(drawn));
        add_fresh(live, next);
      }
    }
    if (live.empty()) return Exhausted{};
    waiting.successor = with(next, std::move(live));
    return waiting;
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    for (std::size_t i = 0; i < live_.size(); ++i) {
      if (live_[i].key != event.event.key) continue;
      GeneratorPtr next = update_of(live_[i].generator, context, event);
      if (next == live_[i].generator) break;
      std::vector<LiveKey> live = live_;
      live[i].generator = std::move(next);
      return with(next_, std::move(live));
    }
    return shared_from_this();
  }

 private:
  static std::ptrdiff_t position(std::size_t index) { return static_cast<std::ptrdiff_t>(index); }
  bool add_fresh(std::vector<LiveKey>& live, std::int64_t& next) const {
    LiveKey fresh = make_key(*maker_, next, rotation_.operations);
    if (!fresh.key) return false;
    live.push_back(std::move(fresh));
    ++next;
    return true;
  }
  GeneratorPtr with(std::int64_t next, std::vector<LiveKey> live) const {
    return std::make_shared<RotatingKeys>(rotation_, maker_, next, std::move(live));
  }

  KeyRotation rotation_;
  Maker maker_;
  std::int64_t next_;
  std::vector<LiveKey> live_;
};

Maker make_maker(KeySource keys, GeneratorForKey for_key) {
  return std::make_shared<const KeyMaker>(KeyMaker{std::move(keys), std::move(for_key)});
}

}  // namespace

KeySource integer_keys(std::int64_t count) {
  return [count](std::int64_t number) -> std::optional<Value> {
    if (count >= 0 && number >= count) return std::nullopt;
    return Value(number);
  };
}

GeneratorPtr sequential_generator(KeySource keys, GeneratorForKey for_key) {
  Maker maker = make_maker(std::move(keys), std::move(for_key));
  LiveKey first = make_key(*maker, 0);
  return std::make_shared<SequentialKeys>(std::move(maker), 1, std::move(first));
}

GeneratorPtr concurrent_generator(int group, KeySource keys, GeneratorForKey for_key) {
  if (group < 1) throw std::logic_error("concurrent_generator needs groups of at least one worker");
  return std::make_shared<ConcurrentKeys>(static_cast<std::size_t>(group),
                                          make_maker(std::move(keys), std::move(for_key)), 0,
                                          std::vector<LiveKey>{});
}

GeneratorPtr rotating_keys(KeyRotation rotation, KeySource keys, GeneratorForKey for_key) {
  if (rotation.live < 1 || rotation.operations < 1) {
    throw std::logic_error("rotating_keys needs at least one live key and one operation a key");
  }
  return std::make_shared<RotatingKeys>(rotation, make_maker(std::move(keys), std::move(for_key)),
                                        0, std::vector<LiveKey>{});
}

}  // namespace faultrig
