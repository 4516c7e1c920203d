// Checks where strangers plug in: wrappers around a generator, a codec and a fault injector that
// hold them to their contracts. What breaks one is a bug in a workload or a nemesis, not in the
// tested system, so they throw std::logic_error, saying who did what. After Jepsen's `Validate`.
// Cost: a few comparisons a call.
#pragma once

#include "harness/client.hpp"
#include "harness/fault_injector.hpp"
#include "harness/generator.hpp"

namespace faultrig {

// An operation is for a free worker, has an f, and is not for a time gone by; a pending generator
// that wants to be woken names a time to come.
GeneratorPtr checked(GeneratorPtr generator);

// A request is a map with a `type`; an ok has no error, and fail and info have one.
class CheckedCodec final : public ClientCodec {
 public:
  // `codec` must outlive this.
  explicit CheckedCodec(const ClientCodec& codec) : codec_(codec) {}
  Value request(const Invocation& invocation) const override;
  Completion reply(const Invocation& invocation, const Value& body) const override;
  bool is_idempotent(const Invocation& invocation) const override;

 private:
  const ClientCodec& codec_;
};

// A nemesis operation is ok, or says why not: fail when nothing was done, info when part of it may
// be in force. Records are numbered 1, 2 ... in order; none is open after heal.
class CheckedInjector final : public FaultInjector {
 public:
  // `injector` must outlive this.
  explicit CheckedInjector(FaultInjector& injector) : injector_(injector) {}
  Completion apply(const Invocation& operation, Time now) override;
  void heal(Time now) override;
  void heal_within(const std::vector<std::string>& core, Time now) override {
    injector_.heal_within(core, now);
  }
  const std::vector<FaultRecord>& records() const override { return injector_.records(); }

 private:
  FaultInjector& injector_;
};

// Throws std::logic_error naming `who` when the outcome and the error do not fit together.
void check_completion(const Completion& completion, const std::string& who);

}  // namespace faultrig
