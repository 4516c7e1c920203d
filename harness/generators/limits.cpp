#include "harness/generators/limits.hpp"

#include <algorithm>

#include "harness/generators/wrapper.hpp"

namespace faultrig {
namespace {

class TimeLimit final : public Wrapper {
 public:
  TimeLimit(Duration limit, std::optional<Time> ends, GeneratorPtr inner)
      : Wrapper(std::move(inner)), limit_(limit), ends_(ends) {}

  Offer offer(const GeneratorContext& context) const override {
    if (ends_ && context.now >= *ends_) return Exhausted{};
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      const Time ends = ends_.value_or(offered->operation.time + limit_);
      if (ends <= context.now) return Exhausted{};
      // Too late, but what comes next may be sooner: workers that are busy now may get free.
      if (offered->operation.time >= ends) return Pending{nullptr, ends};
      offered->next = std::make_shared<TimeLimit>(limit_, ends, std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      const Time ends = ends_.value_or(context.now + limit_);
      if (ends <= context.now) return Exhausted{};
      GeneratorPtr inside = pending->successor ? std::move(pending->successor) : inner();
      return Pending{std::make_shared<TimeLimit>(limit_, ends, std::move(inside)),
                     earlier(pending->wake, ends)};
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<TimeLimit>(limit_, ends_, std::move(inner));
  }
  Duration limit_;
  std::optional<Time> ends_;
};

class ProcessLimit final : public Wrapper {
 public:
  using Seen = std::shared_ptr<const std::vector<ProcessId>>;  // ascending
  ProcessLimit(std::size_t limit, Seen seen, GeneratorPtr inner)
      : Wrapper(std::move(inner)), limit_(limit), seen_(std::move(seen)) {}

  Offer offer(const GeneratorContext& context) const override {
    const Seen seen = seen_with(context);
    if (seen->size() > limit_) return Exhausted{};
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next = std::make_shared<ProcessLimit>(limit_, seen, std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      if (pending->successor == nullptr && seen != seen_) pending->successor = inner();
      if (pending->successor != nullptr) {
        pending->successor =
            std::make_shared<ProcessLimit>(limit_, seen, std::move(pending->successor));
      }
    }
    return offer;
  }

 private:
  Seen seen_with(const GeneratorContext& context) const {
    std::vector<ProcessId> fresh;
    for (WorkerId worker : context.all) {
      if (worker == nemesis_worker) continue;
      const ProcessId process = process_of(context, worker);
      if (!std::binary_search(seen_->begin(), seen_->end(), process)) fresh.push_back(process);
    }
    if (fresh.empty()) return seen_;
    fresh.insert(fresh.end(), seen_->begin(), seen_->end());
    std::sort(fresh.begin(), fresh.end());
    return std::make_shared<const std::vector<ProcessId>>(std::move(fresh));
  }
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<ProcessLimit>(limit_, seen_, std::move(inner));
  }
  std::size_t limit_;
  Seen seen_;
};

class ConcurrencyLimit final : public Wrapper {
 public:
  ConcurrencyLimit(std::size_t limit, GeneratorPtr inner)
      : Wrapper(std::move(inner)), limit_(limit) {}
  Offer offer(const GeneratorContext& context) const override {
    const std::size_t busy = context.all.size() - context.free.size();
    if (busy >= limit_) return Pending{};
    Offer offer = offer_of(inner(), context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      offered->next = with(std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      return wrapped(std::move(*pending));
    }
    return offer;
  }

 private:
  GeneratorPtr with(GeneratorPtr inner) const override {
    return std::make_shared<ConcurrencyLimit>(limit_, std::move(inner));
  }
  std::size_t limit_;
};

}  // namespace

GeneratorPtr time_limit(Duration limit, GeneratorPtr inner) {
  return std::make_shared<TimeLimit>(limit, std::nullopt, std::move(inner));
}

GeneratorPtr process_limit(std::size_t limit, GeneratorPtr inner) {
  return std::make_shared<ProcessLimit>(limit, std::make_shared<const std::vector<ProcessId>>(),
                                        std::move(inner));
}

GeneratorPtr concurrency_limit(std::size_t limit, GeneratorPtr inner) {
  return std::make_shared<ConcurrencyLimit>(limit, std::move(inner));
}

}  // namespace faultrig
