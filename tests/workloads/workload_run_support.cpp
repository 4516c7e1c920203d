#include "tests/workloads/workload_run_support.hpp"

#include <map>
#include <optional>

namespace faultrig {
namespace {

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
  Store store(stale);
  return run_against([&](const Value& request) { return store.answer(request); }, plan, workload,
                     refuse_for);
}

}  // namespace faultrig
