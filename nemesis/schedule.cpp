#include "nemesis/schedule.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <tuple>

#include "nemesis/parameters.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

milliseconds between(milliseconds low, milliseconds high, Random& random) {
  return milliseconds(random.between(low.count(), high.count()));
}

// Moves an occurrence that would run in the calm: into the next busy time, or its end to the end of
// this one.
void keep_calm(const Tides& tides, milliseconds& at, milliseconds& length) {
  if (tides.calm.count() <= 0 || tides.busy.count() <= 0) return;
  const milliseconds period = tides.busy + tides.calm;
  if (at % period >= tides.busy) {
    const milliseconds late = at % period - tides.busy;
    at += period - at % period + late % tides.busy;
  }
  length = std::min(length, tides.busy - at % period);
}

// Orders in time; a random stream draws its next occurrence when it runs dry.
class OrderStream {
 public:
  explicit OrderStream(TimedOrders orders)
      : orders_(std::make_shared<TimedOrders>(std::move(orders))), random_(0) {}
  OrderStream(std::shared_ptr<const FaultStreamOptions> options, Random random)
      : options_(std::move(options)), random_(random) {
    clock_ = between(options_->first / 2, options_->first + options_->first / 2, random_);
    draw();
  }

  const TimedOrder* front() const { return next_ < orders_->size() ? &(*orders_)[next_] : nullptr; }
  // Whether what is in front comes before what is in front of the other. Requires that both have
  // something there.
  bool is_before(const OrderStream& other) const { return key() < other.key(); }
  void pop() {
    ++next_;
    if (next_ == orders_->size() && options_ != nullptr) draw();
  }

 private:
  std::tuple<Time, int, Time> key() const {
    const TimedOrder& order = *front();
    const int rank = order.f.starts_with("stop-") ? 0 : order.f.starts_with("step-") ? 1 : 2;
    return {order.at, rank, orders_->front().at};
  }

  void draw() {
    FaultOrder order = random_.pick(options_->choices);
    order.slot = options_->slot.empty() ? options_->family : options_->slot;
    draw_missing(order, random_);
    const milliseconds mean = options_->duration;
    milliseconds length = between(mean * 2 / 5, mean * 8 / 5, random_);
    length = std::max(length, milliseconds(1));
    keep_calm(options_->tides, clock_, length);
    orders_ = std::make_shared<TimedOrders>(
        occurrence(order, options_->family, clock_, length, options_->nodes));
    next_ = 0;
    clock_ += length + between(milliseconds(0), options_->interval * 2, random_);
  }

  std::shared_ptr<const TimedOrders> orders_;
  std::size_t next_ = 0;
  std::shared_ptr<const FaultStreamOptions> options_;  // nullptr: the orders given are all
  Random random_;
  milliseconds clock_{};
};

using Streams = std::vector<OrderStream>;

// Of equals the first.
std::optional<std::size_t> soonest(const Streams& streams) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < streams.size(); ++i) {
    if (streams[i].front() == nullptr) continue;
    if (!best || streams[i].is_before(streams[*best])) best = i;
  }
  return best;
}

class Schedule : public Generator {
 public:
  // Without a base it begins when it is first asked.
  Schedule(std::shared_ptr<const Streams> streams, std::optional<Time> base)
      : streams_(std::move(streams)), base_(base), stream_(soonest(*streams_)) {}

  Offer offer(const GeneratorContext& context) const override {
    if (std::find(context.free.begin(), context.free.end(), nemesis_worker) == context.free.end()) {
      return Pending{};
    }
    if (!base_) {
      return Offered{{nemesis_worker, context.now, std::string(begin_faults), {}, Value()},
                     std::make_shared<Schedule>(streams_, context.now)};
    }
    if (!stream_) return Exhausted{};
    const TimedOrder& order = *(*streams_)[*stream_].front();
    return Offered{
        {nemesis_worker, std::max(context.now, *base_ + order.at), order.f, {}, order.value},
        successor()};
  }

 private:
  // What follows does not depend on when it is asked for: made once, however often it is offered.
  const GeneratorPtr& successor() const {
    if (successor_ == nullptr) {
      auto rest = std::make_shared<Streams>(*streams_);
      (*rest)[*stream_].pop();
      successor_ = std::make_shared<Schedule>(std::move(rest), base_);
    }
    return successor_;
  }

  std::shared_ptr<const Streams> streams_;
  std::optional<Time> base_;
  std::optional<std::size_t> stream_;  // whose order is next
  mutable GeneratorPtr successor_;
};

// A rolling restart spreads over its length unless its step is given; its order says which, since a
// restart that is cut short must not be spread anew.
milliseconds restart_step(const FaultOrder& order, milliseconds length, int nodes) {
  const auto given = order.parameters.find("step_ms");
  if (given != order.parameters.end() && given->second > 0) return milliseconds(given->second);
  return std::max(milliseconds(1), length / std::max(nodes, 1));
}

}  // namespace

TimedOrders occurrence(const FaultOrder& order, const std::string& family, milliseconds at,
                       milliseconds length, int nodes) {
  FaultOrder exact = order;
  milliseconds step{};
  std::int64_t steps = 0;
  if (order.kind == "restart") {
    step = restart_step(order, length, nodes);
    steps = nodes - 1;
    exact.parameters["step_ms"] = step.count();
  }
  TimedOrders orders = {{at, "start-" + family, to_value(exact)}};
  const Value slot = Value::map({{"slot", order.slot}});
  for (std::int64_t i = 1; i <= steps && step * i < length; ++i) {
    orders.push_back({at + step * i, "step-" + family, slot});
  }
  orders.push_back({at + length, "stop-" + family, slot});
  return orders;
}

GeneratorPtr random_schedule(const std::vector<FaultStreamOptions>& streams, const Random& random) {
  auto all = std::make_shared<Streams>();
  for (const FaultStreamOptions& options : streams) {
    all->emplace_back(std::make_shared<FaultStreamOptions>(options),
                      random.fork(options.slot.empty() ? options.family : options.slot));
  }
  return std::make_shared<Schedule>(std::move(all), std::nullopt);
}

GeneratorPtr scripted_schedule(const std::vector<TimedOrders>& occurrences) {
  Streams waiting;
  for (const TimedOrders& orders : occurrences) waiting.emplace_back(orders);
  TimedOrders merged;
  while (const std::optional<std::size_t> next = soonest(waiting)) {
    merged.push_back(*waiting[*next].front());
    waiting[*next].pop();
  }
  auto all = std::make_shared<Streams>();
  all->emplace_back(std::move(merged));
  return std::make_shared<Schedule>(std::move(all), std::nullopt);
}

}  // namespace faultrig
