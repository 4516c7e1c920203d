#include "harness/generators/workers.hpp"

#include <algorithm>
#include <stdexcept>

#include "harness/generators/choice.hpp"
#include "harness/generators/wrapper.hpp"

namespace faultrig {
namespace {

class OnThreads final : public Wrapper {
 public:
  using Accepts = std::shared_ptr<const std::function<bool(WorkerId)>>;
  OnThreads(Accepts accepts, GeneratorPtr inner)
      : Wrapper(std::move(inner)), accepts_(std::move(accepts)) {}

  Offer offer(const GeneratorContext& context) const override {
    if (inner() == nullptr) return Exhausted{};
    const GeneratorContext narrow = narrowed(context, *accepts_);
    if (narrow.all.empty()) return Exhausted{};
    Offer offer = offer_of(inner(), narrow);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next = with(std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    if (!(*accepts_)(event.worker)) return shared_from_this();
    return Wrapper::update(narrowed(context, *accepts_), event);
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    if (inner == nullptr) return nullptr;
    return std::make_shared<OnThreads>(accepts_, std::move(inner));
  }
  Accepts accepts_;
};

// The same for the clients or for the nemesis, without looking at every worker.
class OnSide final : public Wrapper {
 public:
  enum class Side { clients, nemesis };
  OnSide(Side side, GeneratorPtr inner) : Wrapper(std::move(inner)), side_(side) {}

  Offer offer(const GeneratorContext& context) const override {
    if (inner() == nullptr) return Exhausted{};
    const GeneratorContext narrow = narrowed_to_side(context);
    if (narrow.all.empty()) return Exhausted{};
    Offer offer = offer_of(inner(), narrow);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next = with(std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    const bool is_ours = (event.worker == nemesis_worker) == (side_ == Side::nemesis);
    if (!is_ours || inner() == nullptr) return shared_from_this();
    return Wrapper::update(narrowed_to_side(context), event);
  }

 private:
  GeneratorContext narrowed_to_side(const GeneratorContext& context) const {
    GeneratorContext narrow = context;
    narrow.free = side_ == Side::clients ? context.free.clients() : context.free.nemesis();
    narrow.all = side_ == Side::clients ? context.all.clients() : context.all.nemesis();
    return narrow;
  }
  GeneratorPtr with(GeneratorPtr inner) const override {
    if (inner == nullptr) return nullptr;
    return std::make_shared<OnSide>(side_, std::move(inner));
  }
  Side side_;
};

enum class Copied { by_worker, by_process };

// A copy a worker, made when the worker is first asked for.
class EachWorker final : public Generator {
 public:
  struct Copy {
    WorkerId worker;
    ProcessId process;
    GeneratorPtr generator;
  };
  using Copies = std::vector<Copy>;  // ascending by worker

  EachWorker(Copied copied, GeneratorPtr fresh, Copies copies)
      : copied_(copied), fresh_(std::move(fresh)), copies_(std::move(copies)) {}

  Offer offer(const GeneratorContext& context) const override {
    std::vector<GeneratorContext> contexts;
    contexts.reserve(context.free.size());
    std::vector<Part> parts;
    for (WorkerId worker : context.free) {
      contexts.push_back(alone(context, worker));
      parts.push_back({copy_of(context, worker), &contexts.back()});
    }
    Selection selection = soonest(parts, context);
    if (selection.operation) {
      return Offered{std::move(*selection.operation), with(context, context.free, selection.after)};
    }
    if (selection.pending || some_busy_one_goes_on(context)) {
      return Pending{selection.changed ? with(context, context.free, selection.after) : nullptr,
                     selection.wake};
    }
    return Exhausted{};
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    const GeneratorPtr copy = copy_of(context, event.worker);
    GeneratorPtr next = update_of(copy, alone(context, event.worker), event);
    if (next == copy) return shared_from_this();
    return with(context, Workers{event.worker}, {std::move(next)});
  }

 private:
  static GeneratorContext alone(const GeneratorContext& context, WorkerId worker) {
    return narrowed(context, [worker](WorkerId other) { return other == worker; });
  }
  static Copies::const_iterator at(const Copies& copies, WorkerId worker) {
    return std::lower_bound(copies.begin(), copies.end(), worker,
                            [](const Copy& copy, WorkerId id) { return copy.worker < id; });
  }

  GeneratorPtr copy_of(const GeneratorContext& context, WorkerId worker) const {
    auto copy = at(copies_, worker);
    if (copy == copies_.end() || copy->worker != worker) return fresh_;
    const bool replaced =
        copied_ == Copied::by_process && copy->process != process_of(context, worker);
    return replaced ? fresh_ : copy->generator;
  }

  // A busy worker may still have operations, and its process may be replaced by a fresh one.
  bool some_busy_one_goes_on(const GeneratorContext& context) const {
    if (context.free.size() == context.all.size()) return false;
    if (copied_ == Copied::by_process) return true;
    return std::any_of(context.all.begin(), context.all.end(), [&](WorkerId worker) {
      const bool busy = !std::binary_search(context.free.begin(), context.free.end(), worker);
      return busy && copy_of(context, worker) != nullptr;
    });
  }

  GeneratorPtr with(const GeneratorContext& context, const Workers& workers,
                    const std::vector<GeneratorPtr>& generators) const {
    Copies copies = copies_;
    for (std::size_t i = 0; i < workers.size(); ++i) {
      const Copy copy{workers[i], process_of(context, workers[i]), generators[i]};
      auto place = copies.begin() + (at(copies, workers[i]) - copies.cbegin());
      if (place != copies.end() && place->worker == workers[i]) {
        *place = copy;
      } else {
        copies.insert(place, copy);
      }
    }
    return std::make_shared<EachWorker>(copied_, fresh_, std::move(copies));
  }

  Copied copied_;
  GeneratorPtr fresh_;
  Copies copies_;
};

class Reserve final : public Generator {
 public:
  // Part i has the client workers at positions [bounds[i - 1], bounds[i]); the last part the rest.
  using Bounds = std::shared_ptr<const std::vector<std::size_t>>;
  Reserve(Bounds bounds, std::vector<GeneratorPtr> generators)
      : bounds_(std::move(bounds)), generators_(std::move(generators)) {}

  Offer offer(const GeneratorContext& context) const override {
    std::vector<GeneratorContext> contexts;
    contexts.reserve(generators_.size());
    std::vector<Part> parts;
    for (std::size_t i = 0; i < generators_.size(); ++i) {
      contexts.push_back(part_context(context, i));
      const bool nobody = contexts.back().all.empty();
      parts.push_back({nobody ? nullptr : generators_[i], &contexts.back(),
                       std::max<std::size_t>(1, contexts.back().free.size())});
    }
    Selection selection = soonest(parts, context);
    if (selection.operation) {
      return Offered{std::move(*selection.operation),
                     std::make_shared<Reserve>(bounds_, std::move(selection.after))};
    }
    if (!selection.pending) return Exhausted{};
    return Pending{selection.changed
                       ? std::make_shared<Reserve>(bounds_, std::move(selection.after))
                       : nullptr,
                   selection.wake};
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    const std::size_t part = part_of(context, event.worker);
    GeneratorPtr next = update_of(generators_[part], part_context(context, part), event);
    if (next == generators_[part]) return shared_from_this();
    std::vector<GeneratorPtr> generators = generators_;
    generators[part] = std::move(next);
    return std::make_shared<Reserve>(bounds_, std::move(generators));
  }

 private:
  std::size_t part_of(const GeneratorContext& context, WorkerId worker) const {
    if (worker == nemesis_worker) return bounds_->size();
    // The nemesis is the smallest id, so it shifts the positions by one where it is present.
    const std::size_t shift = !context.all.empty() && context.all.front() == nemesis_worker ? 1 : 0;
    const auto at = std::lower_bound(context.all.begin(), context.all.end(), worker);
    const std::size_t position = static_cast<std::size_t>(at - context.all.begin()) - shift;
    const auto bound = std::upper_bound(bounds_->begin(), bounds_->end(), position);
    return static_cast<std::size_t>(bound - bounds_->begin());
  }
  GeneratorContext part_context(const GeneratorContext& context, std::size_t part) const {
    return narrowed(context, [&](WorkerId worker) { return part_of(context, worker) == part; });
  }

  Bounds bounds_;
  std::vector<GeneratorPtr> generators_;
};

}  // namespace

GeneratorPtr on_threads(std::function<bool(WorkerId)> accepts, GeneratorPtr inner) {
  if (inner == nullptr) return nullptr;
  auto shared = std::make_shared<const std::function<bool(WorkerId)>>(std::move(accepts));
  return std::make_shared<OnThreads>(std::move(shared), std::move(inner));
}

GeneratorPtr clients(GeneratorPtr inner) {
  if (inner == nullptr) return nullptr;
  return std::make_shared<OnSide>(OnSide::Side::clients, std::move(inner));
}

GeneratorPtr nemesis_only(GeneratorPtr inner) {
  if (inner == nullptr) return nullptr;
  return std::make_shared<OnSide>(OnSide::Side::nemesis, std::move(inner));
}

GeneratorPtr clients_and_nemesis(GeneratorPtr for_clients, GeneratorPtr for_nemesis) {
  return any({clients(std::move(for_clients)), nemesis_only(std::move(for_nemesis))});
}

GeneratorPtr each_thread(GeneratorPtr inner) {
  return std::make_shared<EachWorker>(Copied::by_worker, std::move(inner), EachWorker::Copies{});
}

GeneratorPtr each_process(GeneratorPtr inner) {
  return std::make_shared<EachWorker>(Copied::by_process, std::move(inner), EachWorker::Copies{});
}

GeneratorPtr reserve(std::vector<Reserved> reserved, GeneratorPtr others) {
  auto bounds = std::make_shared<std::vector<std::size_t>>();
  std::vector<GeneratorPtr> generators;
  std::size_t bound = 0;
  for (Reserved& part : reserved) {
    if (part.count < 1) throw std::logic_error("reserve needs at least one worker for every part");
    bound += static_cast<std::size_t>(part.count);
    bounds->push_back(bound);
    generators.push_back(std::move(part.generator));
  }
  generators.push_back(std::move(others));
  return std::make_shared<Reserve>(std::move(bounds), std::move(generators));
}

}  // namespace faultrig
