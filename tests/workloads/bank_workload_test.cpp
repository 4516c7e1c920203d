// The whole workload in virtual time against a bank in memory: what a run will do, without a run.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>

#include "checkers/guarded_check.hpp"
#include "harness/generators/limits.hpp"
#include "harness/interpreter.hpp"
#include "workloads/bank.hpp"
#include "workloads/workload.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

RunPlan plan_for() {
  RunPlan plan;
  plan.workload = "bank";
  plan.clients = 6;
  plan.rate = 1'000;
  plan.seed = 1;
  return plan;
}

// Answers by the book. `leaky`: every 50th transfer loses one coin.
class Bank {
 public:
  explicit Bank(bool leaky) : leaky_(leaky) { balances_["0"] = 100; }
  Value answer(const Value& request) {
    if (request.string_or("type", "") == "read") {
      Value::Map all;
      for (const auto& [account, balance] : balances_) all.emplace_back(account, balance);
      return Value::map({{"type", "read_ok"}, {"balances", Value(std::move(all))}});
    }
    const std::int64_t amount = request.integer_or("amount", 0);
    std::int64_t& from = balances_[request.find("from")->to_string()];
    if (from < amount) {
      return Value::map({{"type", "error"}, {"code", 22}, {"text", "too little"}});
    }
    from -= amount;
    balances_[request.find("to")->to_string()] += amount;
    if (leaky_ && ++transfers_ % 50 == 0) --balances_[request.find("to")->to_string()];
    return Value::map({{"type", "transfer_ok"}});
  }

 private:
  bool leaky_;
  int transfers_ = 0;
  std::map<std::string, std::int64_t> balances_;
};

struct Ran {
  std::vector<Event> events;
  std::size_t main_events = 0;
  History history() const { return history_from(events); }
};

// Every request takes 1 ms; for `refuse_for` of the final phase everything is refused.
Ran run(const RunPlan& plan, Workload& workload, bool leaky = false, Duration refuse_for = {}) {
  Ran ran;
  Bank bank(leaky);
  Interpreter interpreter(time_limit(std::chrono::seconds(2), workload.main),
                          {plan.clients, {"n1", "n2", "n3"}, false}, Random(5),
                          [&](const Event& event) { ran.events.push_back(event); });
  Time now{};
  Time refuse_until{};
  const auto drive = [&] {
    std::multimap<Time, std::pair<WorkerId, Completion>> due;
    while (true) {
      while (!due.empty() && due.begin()->first <= now) {
        interpreter.complete(due.begin()->second.first, due.begin()->second.second, now);
        due.erase(due.begin());
      }
      const Command command = interpreter.next(now);
      if (std::holds_alternative<DoneCommand>(command)) return;
      if (const auto* invoke = std::get_if<InvokeCommand>(&command)) {
        const Invocation& asked = invoke->invocation;
        const Completion completion =
            now < refuse_until
                ? completion_of_failure(*workload.codec, asked, TransportFailure::not_sent,
                                        "refused")
                : workload.codec->reply(asked, bank.answer(workload.codec->request(asked)));
        due.emplace(now + milliseconds(1), std::pair(asked.worker, completion));
        continue;
      }
      std::optional<Time> next = std::get<WaitCommand>(command).until;
      if (!due.empty() && (!next || due.begin()->first < *next)) next = due.begin()->first;
      ASSERT_TRUE(next) << "nothing to wait for";
      now = std::max(now, *next);
    }
  };
  drive();
  ran.main_events = ran.events.size();
  refuse_until = now + refuse_for;
  interpreter.continue_with(workload.final);
  drive();
  return ran;
}

Validity judge(const Workload& workload, const History& history, const std::string& name) {
  for (const auto& checker : workload.checkers) {
    if (checker->name() == name) return guarded_check(*checker, history, {}).validity;
  }
  ADD_FAILURE() << "no checker " << name;
  return Validity::unknown;
}

TEST(BankWorkload, ACorrectBankIsValidAndEveryKindSucceeds) {
  const RunPlan plan = plan_for();
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload);
  EXPECT_EQ(judge(workload, ran.history(), "bank"), Validity::valid);
  EXPECT_EQ(judge(workload, ran.history(), "activity"), Validity::valid);
  for (const Event& event : ran.events) {
    if (event.type != EventType::invoke || event.f != "transfer") continue;
    EXPECT_NE(*event.value.find("from"), *event.value.find("to"));
    EXPECT_GE(event.value.integer_or("amount", 0), 1);
    EXPECT_LE(event.value.integer_or("amount", 0), 5);
    EXPECT_LT(event.value.integer_or("from", 8), 8);
    EXPECT_LT(event.value.integer_or("to", 8), 8);
  }
}

TEST(BankWorkload, ABankThatLosesMoneyIsInvalid) {
  const RunPlan plan = plan_for();
  Workload workload = make_workload(plan);
  EXPECT_EQ(judge(workload, run(plan, workload, true).history(), "bank"), Validity::invalid);
}

TEST(BankWorkload, EveryClientReadsInTheEndUntilItSucceeds) {
  const RunPlan plan = plan_for();
  Workload workload = make_workload(plan);
  const Ran ran = run(plan, workload, false, milliseconds(450));
  std::map<ProcessId, int> ok, failed;
  for (std::size_t i = ran.main_events; i < ran.events.size(); ++i) {
    const Event& event = ran.events[i];
    EXPECT_EQ(event.f, "read");
    if (event.type == EventType::ok) ++ok[event.process];
    if (event.type == EventType::fail) ++failed[event.process];
  }
  EXPECT_EQ(ok.size(), 6u);
  for (const auto& [process, count] : ok) EXPECT_EQ(count, 1);
  for (const auto& [process, count] : failed) {
    EXPECT_GE(count, 2);
    EXPECT_LE(count, 6) << "a pause lies between two";
  }
}

TEST(BankWorkload, OptionsOutOfRangeAreRefused) {
  const auto refusal = [](const char* name, Value value) {
    RunPlan plan = plan_for();
    plan.workload_options.set(name, std::move(value));
    try {
      make_workload(plan);
    } catch (const UsageError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_NE(refusal("accounts", 1), "");
  EXPECT_NE(refusal("max_transfer", 0), "");
  EXPECT_NE(refusal("total", -1), "");
  EXPECT_NE(refusal("acounts", 4).find("accounts"), std::string::npos);
  RunPlan idle = plan_for();
  idle.workload_options.set("read_weight", 0);
  EXPECT_NO_THROW(make_workload(idle));
  idle.workload_options.set("transfer_weight", 0);
  EXPECT_THROW(make_workload(idle), UsageError);
}

TEST(BankCodec, SpeaksTheBodiesOfTheWorkload) {
  const BankCodec codec;
  const Value transfer = Value::map({{"amount", 2}, {"from", 0}, {"to", 3}});
  const Invocation moves{0, 0, "transfer", std::nullopt, transfer, "n1"};
  const Invocation reads{0, 0, "read", std::nullopt, Value(), "n1"};
  EXPECT_EQ(codec.request(moves),
            Value::map({{"amount", 2}, {"from", 0}, {"to", 3}, {"type", "transfer"}}));
  EXPECT_EQ(codec.request(reads), Value::map({{"type", "read"}}));
  EXPECT_EQ(codec.reply(moves, Value::map({{"type", "transfer_ok"}})),
            (Completion{Outcome::ok, transfer, std::nullopt}));
  const Value balances = Value::map({{"0", 5}});
  EXPECT_EQ(codec.reply(reads, Value::map({{"type", "read_ok"}, {"balances", balances}})),
            (Completion{Outcome::ok, balances, std::nullopt}));
}

// A transfer has failed only when that is certain; a read has no effect either way.
TEST(BankCodec, ErrorsTellWhatIsCertain) {
  const BankCodec codec;
  const Invocation moves{0, 0, "transfer", std::nullopt, Value::map({}), "n1"};
  const Invocation reads{0, 0, "read", std::nullopt, Value(), "n1"};
  const auto error = [](int code) {
    return Value::map({{"type", "error"}, {"code", code}, {"text", "no"}});
  };
  for (const int code : {11, 12, 20, 22, 30}) {
    EXPECT_EQ(codec.reply(moves, error(code)).outcome, Outcome::fail) << code;
  }
  for (const int code : {0, 13, 1000}) {
    EXPECT_EQ(codec.reply(moves, error(code)).outcome, Outcome::info) << code;
    EXPECT_EQ(codec.reply(reads, error(code)).outcome, Outcome::fail) << code;
  }
  EXPECT_EQ(codec.reply(moves, Value::map({{"type", "read_ok"}})).outcome, Outcome::info);
  EXPECT_EQ(codec.reply(reads, Value::map({{"type", "read_ok"}, {"balances", 5}})).outcome,
            Outcome::info);
}

}  // namespace
}  // namespace faultrig
