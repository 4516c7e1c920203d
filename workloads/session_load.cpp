#include "workloads/session_load.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace faultrig {
namespace {

struct Step {
  bool writes = false;
  std::int64_t key = 0;
};

class SessionLoad final : public Generator {
 public:
  explicit SessionLoad(const SessionLoadOptions& options) : options_(options) {}

  Offer offer(const GeneratorContext& context) const override {
    const Workers workers = context.free.clients();
    if (workers.empty()) return Pending{};
    auto next = std::make_shared<SessionLoad>(*this);
    OfferedOperation operation;
    operation.worker = context.random->pick(workers);
    operation.time = context.now;
    std::deque<Step>& steps = next->steps_of(operation.worker);
    if (steps.empty()) steps = pattern(operation.worker, *context.random);
    const Step step = steps.front();
    steps.pop_front();
    operation.f = step.writes ? "write" : "read";
    operation.key = Value(step.key);
    if (step.writes) operation.value = Value(next->next_value_++);
    return Offered{std::move(operation), std::move(next)};
  }

  // Whoever goes on for a session that has ended knows nothing of what it was about.
  GeneratorPtr update(const GeneratorContext&, const GeneratorEvent& happened) const override {
    const auto place = static_cast<std::size_t>(happened.worker);
    const bool has_ended = happened.event.type == EventType::info &&
                           happened.worker != nemesis_worker && place < steps_.size();
    if (!has_ended || steps_[place].empty()) return shared_from_this();
    auto next = std::make_shared<SessionLoad>(*this);
    next->steps_[place].clear();
    return next;
  }

 private:
  std::deque<Step>& steps_of(WorkerId worker) {
    const auto place = static_cast<std::size_t>(worker);
    if (place >= steps_.size()) steps_.resize(place + 1);
    return steps_[place];
  }

  std::deque<Step> pattern(WorkerId worker, Random& random) const {
    const std::int64_t own = 2 * (worker % options_.pairs);
    const std::int64_t other = pair_of_others(worker, random);
    const std::int64_t either = random.between(std::int64_t{0}, std::int64_t{1});
    switch (random.below(5)) {
      case 0:
        return {{false, own + either}, {true, own + either}, {false, own + either}};
      case 1:
        return std::deque<Step>(static_cast<std::size_t>(options_.reads_again),
                                Step{false, other + either});
      case 2:
        return {{true, own}, {true, own + 1}};
      case 3:
        return {{false, other + 1}, {false, other}};
      default:
        return {{false, other + either}, {true, own + either}};
    }
  }

  // The first key of a pair that others own, where there is one.
  std::int64_t pair_of_others(WorkerId worker, Random& random) const {
    if (options_.pairs == 1) return 0;
    const std::int64_t away = random.between(std::int64_t{1}, std::int64_t{options_.pairs - 1});
    return 2 * ((worker + away) % options_.pairs);
  }

  SessionLoadOptions options_;
  std::vector<std::deque<Step>> steps_;  // by worker: what is left of its pattern
  std::int64_t next_value_ = 1;
};

}  // namespace

GeneratorPtr session_load(const SessionLoadOptions& options) {
  return std::make_shared<SessionLoad>(options);
}

}  // namespace faultrig
