#include "nemesis/schedule.hpp"

#include <algorithm>
#include <optional>

namespace faultrig {
namespace {

// Orders in time; a random stream draws its next occurrence when it runs dry.
class OrderStream {
 public:
  explicit OrderStream(std::vector<TimedOrder> orders) : orders_(std::move(orders)), random_(0) {}
  OrderStream(FaultStreamOptions options, Random random)
      : options_(std::move(options)), random_(random) {
    clock_ = random_.between(options_->first / 2, options_->first + options_->first / 2);
    draw();
  }

  const TimedOrder* front() const { return next_ < orders_.size() ? &orders_[next_] : nullptr; }
  void pop() {
    ++next_;
    if (next_ == orders_.size() && options_) draw();
  }

 private:
  void draw() {
    FaultOrder order = random_.pick(options_->choices);
    order.slot = options_->family;
    const Duration mean = options_->duration;
    const Duration length = random_.between(mean * 2 / 5, mean * 8 / 5);
    orders_ = occurrence(order, options_->family, clock_, length, options_->nodes);
    next_ = 0;
    clock_ += length + random_.between(Duration::zero(), Duration(options_->interval) * 2);
  }

  std::vector<TimedOrder> orders_;
  std::size_t next_ = 0;
  std::optional<FaultStreamOptions> options_;  // empty: the orders given are all
  Random random_;
  Time clock_{};
};

class Schedule : public Generator {
 public:
  Schedule(std::vector<OrderStream> streams, std::optional<Time> base)
      : streams_(std::move(streams)), base_(base) {}

  Offer offer(const GeneratorContext& context) const override {
    if (std::find(context.free.begin(), context.free.end(), nemesis_worker) == context.free.end()) {
      return Pending{};
    }
    if (!base_) {
      return Offered{{nemesis_worker, context.now, std::string(begin_faults), {}, Value()},
                     std::make_shared<Schedule>(streams_, context.now)};
    }
    const std::optional<std::size_t> stream = soonest();
    if (!stream) return Exhausted{};
    const TimedOrder& order = *streams_[*stream].front();
    std::vector<OrderStream> rest = streams_;
    rest[*stream].pop();
    return Offered{
        {nemesis_worker, std::max(context.now, *base_ + order.at), order.f, {}, order.value},
        std::make_shared<Schedule>(std::move(rest), base_)};
  }

 private:
  std::optional<std::size_t> soonest() const {
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i < streams_.size(); ++i) {
      const TimedOrder* order = streams_[i].front();
      if (order != nullptr && (!best || order->at < streams_[*best].front()->at)) best = i;
    }
    return best;
  }

  std::vector<OrderStream> streams_;
  std::optional<Time> base_;
};

}  // namespace

std::vector<TimedOrder> occurrence(const FaultOrder& order, const std::string& family, Time at,
                                   Duration length, int nodes) {
  std::vector<TimedOrder> orders = {{at, "start-" + family, to_value(order)}};
  const Value slot = Value::map({{"slot", order.slot}});
  if (order.kind == "restart") {
    for (int i = 1; i < nodes; ++i) {
      orders.push_back({at + length * i / nodes, "step-" + family, slot});
    }
  }
  orders.push_back({at + length, "stop-" + family, slot});
  return orders;
}

GeneratorPtr random_schedule(const std::vector<FaultStreamOptions>& families,
                             const Random& random) {
  std::vector<OrderStream> streams;
  for (const FaultStreamOptions& family : families) {
    streams.emplace_back(family, random.fork(family.family));
  }
  return std::make_shared<Schedule>(std::move(streams), std::nullopt);
}

GeneratorPtr scripted_schedule(std::vector<TimedOrder> orders) {
  std::stable_sort(orders.begin(), orders.end(),
                   [](const TimedOrder& a, const TimedOrder& b) { return a.at < b.at; });
  std::vector<OrderStream> streams;
  streams.emplace_back(std::move(orders));
  return std::make_shared<Schedule>(std::move(streams), std::nullopt);
}

}  // namespace faultrig
