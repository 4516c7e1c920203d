#include "tests/workloads/workload_run_support.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>

#include "harness/generators/limits.hpp"
#include "harness/interpreter.hpp"

namespace faultrig {
namespace {

using std::chrono::milliseconds;

// Answers requests by the book. `stale`: every 40th read answers what the key held one write ago.
class Store {
 public:
  explicit Store(bool stale) : stale_(stale) {}
  Value answer(const Value& request) {
    const Value key = *request.find("key");
    Cell& cell = cells_[key];
    const std::string type = request.string_or("type", "");
    if (type == "write") return put(cell, *request.find("value"), "write_ok");
    if (type == "cas") {
      if (!cell.now) return error(20);
      if (*cell.now != *request.find("from")) return error(22);
      return put(cell, *request.find("to"), "cas_ok");
    }
    if (stale_ && ++reads_ % 40 == 0 && cell.before) return read_ok(*cell.before);
    return cell.now ? read_ok(*cell.now) : error(20);
  }

 private:
  struct Cell {
    std::optional<Value> before, now;
  };
  static Value error(int code) {
    return Value::map({{"type", "error"}, {"code", code}, {"text", "refused"}});
  }
  static Value read_ok(const Value& value) {
    return Value::map({{"type", "read_ok"}, {"value", value}});
  }
  static Value put(Cell& cell, const Value& value, const char* type) {
    cell.before = cell.now;
    cell.now = value;
    return Value::map({{"type", type}});
  }
  bool stale_;
  int reads_ = 0;
  std::map<Value, Cell> cells_;
};

}  // namespace

Ran run(const RunPlan& plan, Workload& workload, bool stale, Duration refuse_for) {
  Ran ran;
  Store store(stale);
  Interpreter interpreter(time_limit(std::chrono::seconds(2), workload.main),
                          {plan.clients, {"n1", "n2", "n3"}, false}, Random(5),
                          [&](const Event& event) { ran.events.push_back(event); });
  Time now{};
  std::optional<Time> refuse_until = Time{};
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
            now < *refuse_until
                ? completion_of_failure(*workload.codec, asked, TransportFailure::not_sent,
                                        "refused")
                : workload.codec->reply(asked, store.answer(workload.codec->request(asked)));
        due.emplace(now + milliseconds(1), std::pair(asked.worker, completion));
        continue;
      }
      std::optional<Time> next = std::get<WaitCommand>(command).until;
      if (!due.empty() && (!next || due.begin()->first < *next)) next = due.begin()->first;
      if (!next) throw std::logic_error("nothing to wait for");
      now = std::max(now, *next);
    }
  };
  drive();
  ran.main_events = ran.events.size();
  refuse_until = now + refuse_for;
  interpreter.continue_with(workload.final);
  drive();
  ran.ended = now;
  return ran;
}

}  // namespace faultrig
