#include "checkers/linearizability/online_register.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "checkers/linearizability/decision.hpp"
#include "checkers/linearizability/register/frontier.hpp"
#include "checkers/models/register.hpp"

namespace faultrig {
namespace {

constexpr std::size_t words = 4;  // 256 operations in flight on one key
struct Width {
  Fidelity fidelity;
  std::size_t beam;
};
// A beam leaves unknown mutations out where it can, so that no beam is wide enough for some.
constexpr std::array<Width, 3> widths = {
    {{Fidelity::beam, 16}, {Fidelity::beam, 256}, {Fidelity::exact, 0}}};
// Of one doubt; a hundredth of what a run's checkers may spend by default.
constexpr SearchLimits doubt_limits{2'000'000, std::size_t{64} << 20};
constexpr SearchLimits frontier_limits{100'000'000, std::size_t{64} << 20};

struct Moment {
  std::int64_t at;  // index of the event
  std::uint32_t number;
  bool is_completion;
};

template <Model M>
class OnlineObject {
 public:
  explicit OnlineObject(const Value& initial) : model_(initial) { widen(); }

  void invoke(const Event& event) {
    const auto number = static_cast<std::uint32_t>(operations_.size());
    Operation operation;
    operation.process = event.process;
    operation.f = event.f;
    operation.input = event.value;
    operation.invoked_at = event.index;
    in_flight_.insert_or_assign(event.process, Pending{number, std::move(operation)});
    operations_.emplace_back();
    waiting_.push_back({event.index, number, false});
  }

  void complete(const Event& event) {
    const auto found = in_flight_.find(event.process);
    if (found == in_flight_.end()) return;
    Pending pending = std::move(found->second);
    in_flight_.erase(found);
    Operation& operation = pending.operation;
    operation.outcome = event.type == EventType::ok     ? Outcome::ok
                        : event.type == EventType::fail ? Outcome::fail
                                                        : Outcome::info;
    if (operation.outcome == Outcome::ok) operation.output = event.value;
    if (operation.outcome != Outcome::info) operation.completed_at = event.index;
    known_operation(pending.number, operation);
    if (operations_[pending.number].operation &&
        operations_[pending.number].operation->is_certain()) {
      waiting_.push_back({event.index, pending.number, true});
    }
    feed_what_is_known();
  }

  // The event that no order gets past, where there is one.
  std::optional<Moment> stuck() const { return stuck_; }

 private:
  struct Pending {
    std::uint32_t number;
    Operation operation;
  };
  struct Known {
    bool is_known = false;
    std::optional<RegisterOperation> operation;  // nothing where it cannot matter
    std::uint32_t slot = 0;
  };
  using Search = Frontier<words>;

  void known_operation(std::uint32_t number, const Operation& operation) {
    Known& known = operations_[number];
    known.is_known = true;
    try {
      const Operation* const one[] = {&operation};
      const auto intervals = intervals_of(model_, std::span<const Operation* const>(one));
      if (intervals.empty()) return;
      const auto registers = as_register(model_, std::span<const IntervalOf<M>>(intervals));
      if (registers) known.operation = registers->front();
    } catch (const ModelMismatch&) {
      frontier_.reset();  // the checkers will say so
    }
  }

  void feed_what_is_known() {
    while (frontier_ && !stuck_ && !waiting_.empty()) {
      const Moment moment = waiting_.front();
      if (!moment.is_completion && !operations_[moment.number].is_known) return;
      waiting_.pop_front();
      if (!operations_[moment.number].operation) continue;
      fed_.push_back(moment);
      if (!feed(moment)) resolve_doubt();
    }
  }

  // False when the frontier has died out.
  bool feed(const Moment& moment) {
    Known& known = operations_[moment.number];
    if (moment.is_completion) return frontier_->complete(known.slot);
    if (known.operation->is_certain() && !frontier_->has_room()) {
      frontier_.reset();
      return true;
    }
    known.slot = frontier_->invoke(moment.number, *known.operation);
    return true;
  }

  // What was fed, as a history of its own: who completes later is in flight at its end, and what a
  // look in flight will see is nobody's business yet.
  std::vector<RegisterOperation> prefix() const {
    const std::int64_t end = fed_.back().at;
    std::vector<RegisterOperation> operations;
    for (const Moment& moment : fed_) {
      if (moment.is_completion) continue;
      RegisterOperation operation = *operations_[moment.number].operation;
      if (operation.completed_at > end) {
        if (!operation.is_mutation()) continue;
        operation.completed_at = Operation::never;
      }
      operations.push_back(operation);
    }
    return operations;
  }

  void resolve_doubt() {
    const auto found = search_register(prefix(), model_.initial(), doubt_limits);
    if (found && found->result.end == SearchEnd::impossible) {
      stuck_ = fed_.back();
      return;
    }
    const bool has_order = found && found->result.end == SearchEnd::linearizable;
    frontier_.reset();
    while (has_order && !frontier_ && widen()) replay();
  }

  // False when there is nothing wider.
  bool widen() {
    if (next_width_ == widths.size()) return false;
    const Width& width = widths[next_width_++];
    frontier_.emplace(model_.initial(), width.fidelity, width.beam, nullptr);
    frontier_->set_limits(frontier_limits.steps, frontier_limits.bytes);
    return true;
  }

  void replay() {
    for (const Moment& moment : fed_) {
      if (frontier_ && !feed(moment)) frontier_.reset();
      if (!frontier_) return;
    }
  }

  M model_;
  std::optional<Search> frontier_;  // nothing when this key is no longer watched
  std::size_t next_width_ = 0;
  std::unordered_map<ProcessId, Pending> in_flight_;
  std::vector<Known> operations_;  // by number, in order of invocation
  std::deque<Moment> waiting_;
  std::vector<Moment> fed_;
  std::optional<Moment> stuck_;
};

template <Model M>
class OnlineRegisters final : public OnlineChecker {
 public:
  explicit OnlineRegisters(Value initial) : initial_(std::move(initial)) {}

  void feed(const Event& event) override {
    if (!violation_.empty()) return;
    const auto at = objects_.try_emplace(event.key, initial_).first;
    OnlineObject<M>& object = at->second;
    if (event.type == EventType::invoke) return object.invoke(event);
    object.complete(event);
    const auto stuck = object.stuck();
    if (!stuck) return;
    violation_ = fmt::format(
        "{}: no order of its operations explains the answer of event {}",
        event.key ? "key " + event.key->to_string() : std::string("the history"), stuck->at);
  }

  const std::string& violation() const override { return violation_; }

 private:
  Value initial_;
  std::map<std::optional<Value>, OnlineObject<M>> objects_;
  std::string violation_;
};

}  // namespace

std::unique_ptr<OnlineChecker> make_online_linearizability(std::string_view model,
                                                           const Value& initial) {
  if (model == "cas-register") return std::make_unique<OnlineRegisters<CasRegisterModel>>(initial);
  if (model == "register") return std::make_unique<OnlineRegisters<RegisterModel>>(initial);
  return nullptr;
}

}  // namespace faultrig
