#include "tests/workloads/store_support.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "checkers/guarded_check.hpp"
#include "harness/generators/limits.hpp"
#include "harness/interpreter.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

class Driver {
 public:
  Driver(const Answer& answer, const RunPlan& plan, Workload& workload, Ran& ran)
      : answer_(answer),
        workload_(workload),
        interpreter_(time_limit(std::chrono::seconds(2), workload.main),
                     {plan.clients, {"n1", "n2", "n3"}, false}, Random(5),
                     [&ran](const Event& event) { ran.events.push_back(event); }) {}

  Time now() const { return now_; }
  void go_on_with(GeneratorPtr generator, Time refuse_until) {
    refuse_until_ = refuse_until;
    interpreter_.continue_with(std::move(generator));
  }

  void drive() {
    while (true) {
      while (!due_.empty() && due_.begin()->first <= now_) {
        const auto [worker, completion] = due_.begin()->second;
        interpreter_.complete(worker, completion, now_);
        due_.erase(due_.begin());
      }
      const Command command = interpreter_.next(now_);
      if (std::holds_alternative<DoneCommand>(command)) return;
      if (const auto* invoke = std::get_if<InvokeCommand>(&command)) {
        const Invocation& asked = invoke->invocation;
        due_.emplace(now_ + milliseconds(1), std::pair(asked.worker, completion_of(asked)));
        continue;
      }
      std::optional<Time> next = std::get<WaitCommand>(command).until;
      if (!due_.empty() && (!next || due_.begin()->first < *next)) next = due_.begin()->first;
      ASSERT_TRUE(next) << "nothing to wait for";
      now_ = std::max(now_, *next);
    }
  }

 private:
  Completion completion_of(const Invocation& asked) {
    const ClientCodec& codec = *workload_.codec;
    if (now_ < refuse_until_) {
      return completion_of_failure(codec, asked, TransportFailure::not_sent, "refused");
    }
    const Value reply = answer_(codec.request(asked));
    if (!reply.is_nil()) return codec.reply(asked, reply);
    return completion_of_failure(codec, asked, TransportFailure::timed_out, "no answer");
  }

  const Answer& answer_;
  Workload& workload_;
  Interpreter interpreter_;
  std::multimap<Time, std::pair<WorkerId, Completion>> due_;
  Time now_{};
  Time refuse_until_{};
};

}  // namespace

Ran run_against(const Answer& answer, const RunPlan& plan, Workload& workload,
                Duration refuse_for) {
  Ran ran;
  Driver driver(answer, plan, workload, ran);
  driver.drive();
  ran.main_events = ran.events.size();
  driver.go_on_with(workload.final, driver.now() + refuse_for);
  driver.drive();
  ran.ended = driver.now();
  return ran;
}

std::string worst_of(const Workload& workload, const History& history) {
  Verdict worst_verdict;
  worst_verdict.validity = Validity::valid;
  for (const auto& checker : workload.checkers) {
    const Verdict verdict = guarded_check(*checker, history, CheckBudget{});
    if (verdict.validity > worst_verdict.validity) worst_verdict = verdict;
  }
  std::string text(to_string(worst_verdict.validity));
  if (!worst_verdict.reasons.empty()) text += ": " + worst_verdict.reasons.front();
  return text;
}

}  // namespace faultrig
