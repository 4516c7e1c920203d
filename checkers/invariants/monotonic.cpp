#include "checkers/invariants/monotonic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "checkers/invariants/findings.hpp"

namespace faultrig {
namespace {

// An integer and a real are compared as numbers, which a Value's own order does not do.
bool is_less(const Value& a, const Value& b) {
  if (a.is_nil() || b.is_nil()) return a.is_nil() && !b.is_nil();
  if (a.is_integer() && b.is_integer()) return a.as_integer() < b.as_integer();
  const auto real = [](const Value& value) {
    return value.is_integer() ? static_cast<double>(value.as_integer()) : value.as_real();
  };
  return real(a) < real(b);
}

bool has_order(const Value& value) {
  return value.is_nil() || value.is_integer() || value.kind() == Value::Kind::real;
}

class OneObject {
 public:
  OneObject(const ObjectOperations& object, const MonotonicOptions& options,
            PropertyFindings& findings)
      : key_(object.key), options_(options), findings_(findings) {
    for (const Operation* operation : object.operations) {
      const bool is_read = std::find(options.kinds.begin(), options.kinds.end(), operation->f) !=
                           options.kinds.end();
      if (!is_read || operation->outcome != Outcome::ok) continue;
      if (has_order(operation->output)) {
        reads_.push_back(operation);
      } else {
        findings.leave_open(fmt::format("a {} of {} returned {}, which is no number", operation->f,
                                        who_answered(*operation), operation->output.to_string()));
      }
    }
  }

  std::size_t reads() const { return reads_.size(); }

  void judge() {
    if (options_.real_time) {
      judge_real_time();
    } else {
      judge_processes();
    }
  }

 private:
  bool goes_back(const Operation& earlier, const Operation& later) const {
    if (options_.strictly && !later.output.is_nil()) {
      return !is_less(earlier.output, later.output);
    }
    return is_less(later.output, earlier.output);
  }

  void judge_processes() {
    std::unordered_map<ProcessId, const Operation*> highest;
    for (const Operation* read : reads_) {
      const Operation*& before = highest[read->process];
      if (before != nullptr && goes_back(*before, *read)) tell(*before, *read);
      if (before == nullptr || !is_less(read->output, before->output)) before = read;
    }
  }

  void judge_real_time() {
    std::vector<const Operation*> ended = reads_;
    std::sort(ended.begin(), ended.end(), [](const Operation* a, const Operation* b) {
      return a->completed_at < b->completed_at;
    });
    const Operation* highest = nullptr;  // of those that ended before the read at hand began
    auto next = ended.begin();
    for (const Operation* read : reads_) {
      for (; next != ended.end() && (*next)->completed_at < read->invoked_at; ++next) {
        if (highest == nullptr || is_less(highest->output, (*next)->output)) highest = *next;
      }
      if (highest != nullptr && goes_back(*highest, *read)) tell(*highest, *read);
    }
  }

  void tell(const Operation& earlier, const Operation& later) {
    const bool is_same = !is_less(later.output, earlier.output);
    findings_.add(is_same ? "repeated" : "went back", key_, [&] {
      const std::string whose = earlier.process == later.process
                                    ? "then"
                                    : fmt::format("then process {} read", later.process);
      std::string words = fmt::format("process {} read {}, and {} {}", earlier.process,
                                      earlier.output.to_string(), whose, later.output.to_string());
      return std::pair(std::move(words), std::vector<Operation>{earlier, later});
    });
  }

  std::optional<Value> key_;
  const MonotonicOptions& options_;
  PropertyFindings& findings_;
  std::vector<const Operation*> reads_;
};

class MonotonicChecker final : public Checker {
 public:
  explicit MonotonicChecker(MonotonicOptions options) : options_(std::move(options)) {}
  std::string name() const override { return "monotonic"; }

  Verdict check(const History& history, const CheckBudget&) const override {
    PropertyFindings findings;
    // A drawing's head has no words for the other options.
    if (!options_.strictly && options_.kinds == MonotonicOptions{}.kinds) {
      findings.stand_alone_for(options_.real_time ? "monotonic promise=linearizable" : "monotonic");
    }
    std::size_t reads = 0;
    const std::vector<ObjectOperations> objects = objects_of(history);
    for (const ObjectOperations& operations : objects) {
      OneObject object(operations, options_, findings);
      object.judge();
      reads += object.reads();
    }
    if (reads == 0) findings.leave_open("no read succeeded");
    return std::move(findings).verdict(
        name(), options_.real_time ? "in real time" : "process by process",
        {{"reads", std::to_string(reads)}, {"keys", std::to_string(objects.size())}});
  }

 private:
  MonotonicOptions options_;
};

}  // namespace

std::unique_ptr<Checker> make_monotonic_checker(const MonotonicOptions& options) {
  return std::make_unique<MonotonicChecker>(options);
}

}  // namespace faultrig
