#include "harness/generators/wrapper.hpp"

namespace faultrig {

GeneratorPtr Wrapper::update(const GeneratorContext& context, const GeneratorEvent& event) const {
  GeneratorPtr next = update_of(inner_, context, event);
  if (next == inner_) return shared_from_this();
  return with(std::move(next));
}

Pending Wrapper::wrapped(Pending pending) const {
  if (pending.successor != nullptr) pending.successor = with(std::move(pending.successor));
  return pending;
}

std::optional<Time> earlier(std::optional<Time> a, std::optional<Time> b) {
  if (!a) return b;
  if (!b) return a;
  return std::min(*a, *b);
}

ProcessId process_of(const GeneratorContext& context, WorkerId worker) {
  if (worker == nemesis_worker) return nemesis_worker;
  return context.processes->at(static_cast<std::size_t>(worker));
}

namespace {

// Keeps the soonest offer; among equals each ends up chosen with a chance in proportion to its
// weight (a reservoir of one).
class Chooser {
 public:
  explicit Chooser(Random* random) : random_(random) {}

  void consider(std::size_t part, Offered offered, std::uint64_t weight) {
    if (best_ && offered.operation.time > best_->operation.time) return;
    if (best_ && offered.operation.time == best_->operation.time) {
      tied_weight_ += weight;
      if (random_->below(tied_weight_) >= weight) return;
    } else {
      tied_weight_ = weight;
    }
    best_ = std::move(offered);
    part_ = part;
  }
  std::optional<Offered>& best() { return best_; }
  std::size_t part() const { return part_; }

 private:
  Random* random_;
  std::optional<Offered> best_;
  std::size_t part_ = 0;
  std::uint64_t tied_weight_ = 0;
};

}  // namespace

Selection soonest(const std::vector<Part>& parts, const GeneratorContext& context) {
  Selection selection;
  selection.after.reserve(parts.size());
  Chooser chooser(context.random);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    selection.after.push_back(parts[i].generator);
    Offer offer = offer_of(parts[i].generator, *parts[i].context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      chooser.consider(i, std::move(*offered), parts[i].weight);
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      selection.pending = true;
      selection.wake = earlier(selection.wake, pending->wake);
      if (pending->successor == nullptr) continue;
      selection.after[i] = std::move(pending->successor);
      selection.changed = true;
    } else if (parts[i].generator != nullptr) {
      selection.after[i] = nullptr;
      selection.changed = true;
    }
  }
  if (!chooser.best()) return selection;
  Offered& best = *chooser.best();
  const bool may_be_overtaken = selection.wake && *selection.wake < best.operation.time;
  if (may_be_overtaken) return selection;
  selection.chosen = chooser.part();
  selection.operation = std::move(best.operation);
  selection.after[selection.chosen] = std::move(best.next);
  return selection;
}

}  // namespace faultrig
