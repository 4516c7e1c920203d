#include "harness/contract_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace faultrig {
namespace {

std::string milliseconds_text(Time time) {
  return fmt::format("{:.3f} ms", static_cast<double>(time.count()) / 1e6);
}

class CheckedGenerator final : public Generator {
 public:
  explicit CheckedGenerator(GeneratorPtr inner) : inner_(std::move(inner)) {}

  Offer offer(const GeneratorContext& context) const override {
    Offer offer = offer_of(inner_, context);
    if (auto* offered = std::get_if<Offered>(&offer)) {
      check(offered->operation, context);
      offered->next = checked(std::move(offered->next));
    } else if (auto* pending = std::get_if<Pending>(&offer)) {
      check(*pending, context);
      if (pending->successor != nullptr)
        pending->successor = checked(std::move(pending->successor));
    }
    return offer;
  }

  GeneratorPtr update(const GeneratorContext& context, const GeneratorEvent& event) const override {
    GeneratorPtr next = update_of(inner_, context, event);
    if (next == inner_) return shared_from_this();
    return checked(std::move(next));
  }

 private:
  static void check(const OfferedOperation& operation, const GeneratorContext& context) {
    if (operation.f.empty()) {
      throw std::logic_error(fmt::format(
          "generator: offered an operation without an f to worker {}", operation.worker));
    }
    if (!context.free.contains(operation.worker)) {
      throw std::logic_error(
          fmt::format("generator: offered {} to worker {}, which is not free (free: {})",
                      operation.f, operation.worker, fmt::join(context.free, " ")));
    }
    if (operation.time < context.now) {
      throw std::logic_error(fmt::format("generator: offered {} for {}, but it is {} already",
                                         operation.f, milliseconds_text(operation.time),
                                         milliseconds_text(context.now)));
    }
  }
  static void check(const Pending& pending, const GeneratorContext& context) {
    if (pending.wake && *pending.wake <= context.now) {
      throw std::logic_error(
          fmt::format("generator: pending, to be asked again at {}, but it is {} already",
                      milliseconds_text(*pending.wake), milliseconds_text(context.now)));
    }
  }

  GeneratorPtr inner_;
};

}  // namespace

GeneratorPtr checked(GeneratorPtr generator) {
  if (generator == nullptr) return nullptr;
  return std::make_shared<CheckedGenerator>(std::move(generator));
}

void check_completion(const Completion& completion, const std::string& who) {
  const bool has_error = completion.error && !completion.error->empty();
  switch (completion.outcome) {
    case Outcome::ok:
      if (!completion.error) return;
      throw std::logic_error(
          fmt::format("{}: an ok with the error \"{}\"", who, *completion.error));
    case Outcome::fail:
    case Outcome::info:
      if (has_error) return;
      throw std::logic_error(
          fmt::format("{}: {} that does not say why", who, to_string(completion.outcome)));
  }
}

Value CheckedCodec::request(const Invocation& invocation) const {
  Value body = codec_.request(invocation);
  if (body.string_or("type", "").empty()) {
    throw std::logic_error(
        fmt::format("codec: the request for {} has no type: {}", invocation.f, body.to_string()));
  }
  return body;
}

Completion CheckedCodec::reply(const Invocation& invocation, const Value& body) const {
  Completion completion = codec_.reply(invocation, body);
  check_completion(completion,
                   fmt::format("codec, on the reply {} to {}", body.to_string(), invocation.f));
  return completion;
}

bool CheckedCodec::is_idempotent(const Invocation& invocation) const {
  return codec_.is_idempotent(invocation);
}

Completion CheckedInjector::apply(const Invocation& operation, Time now) {
  Completion completion = injector_.apply(operation, now);
  const std::string who = fmt::format("fault injector, on {}", operation.f);
  check_completion(completion, who);
  const auto& all = records();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (all[i].id != static_cast<int>(i) + 1) {
      throw std::logic_error(fmt::format("{}: record {} has the id {}", who, i + 1, all[i].id));
    }
  }
  return completion;
}

void CheckedInjector::heal(Time now) {
  injector_.heal(now);
  for (const FaultRecord& record : records()) {
    if (record.ended) continue;
    throw std::logic_error(
        fmt::format("fault injector: {} #{} is still open after healing", record.kind, record.id));
  }
}

}  // namespace faultrig
