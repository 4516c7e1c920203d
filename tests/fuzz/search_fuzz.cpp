// libFuzzer driver of linearizability: small histories of every model, drawn by the bytes, judged
// as the stupid twin judges them.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "checkers/history/timeline.hpp"
#include "checkers/linearizability/linearizability_checker.hpp"
#include "tests/checkers/models/model_twins_support.hpp"

namespace {

using namespace faultrig;

constexpr std::size_t clients = 3;
constexpr std::size_t maximum_operations = 7;

class Bytes {
 public:
  explicit Bytes(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::size_t next() {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }

 private:
  std::span<const std::uint8_t> bytes_;
};

// Each step: whose turn it is; then what it invokes, or how that ended.
std::vector<Operation> history_from(Bytes& bytes, const testing::ModelTwin& twin) {
  constexpr std::size_t none = SIZE_MAX;
  std::vector<Operation> operations;
  std::size_t busy[clients] = {none, none, none};
  ProcessId process[clients] = {0, 1, 2};
  ProcessId next_process = clients;
  std::int64_t index = 0;
  while (!bytes.empty()) {
    const std::size_t client = bytes.next() % clients;
    if (busy[client] == none) {
      if (operations.size() == maximum_operations) continue;
      testing::Dice dice(bytes.next());
      Operation operation = twin.invent(dice);
      operation.process = process[client];
      operation.invoked_at = index++;
      operation.outcome = Outcome::info;
      busy[client] = operations.size();
      operations.push_back(std::move(operation));
      continue;
    }
    Operation& operation = operations[std::exchange(busy[client], none)];
    const std::size_t how = bytes.next();
    const std::vector<Value> results = twin.results(operation);
    if (how % 8 == 0 || results.empty()) {
      process[client] = next_process++;  // nobody knows, and the process is retired
      continue;
    }
    operation.outcome = how % 8 == 1 ? Outcome::fail : Outcome::ok;
    if (operation.outcome == Outcome::ok) operation.output = results[how / 8 % results.size()];
    operation.completed_at = index++;
  }
  return operations;
}

const Checker& checker_of(std::size_t twin) {
  static std::map<std::size_t, std::unique_ptr<Checker>> made;
  auto& checker = made[twin];
  const testing::ModelTwin& of = testing::model_twins()[twin];
  if (!checker) {
    checker = make_linearizability_checker(of.name, of.initial, {.keep_order = true});
  }
  return *checker;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Bytes bytes({data, size});
  const std::size_t number = bytes.next() % testing::model_twins().size();
  const testing::ModelTwin& twin = testing::model_twins()[number];
  const std::vector<Operation> operations = history_from(bytes, twin);
  const Validity expected = testing::is_linearizable_by_brute_force(twin, operations)
                                ? Validity::valid
                                : Validity::invalid;
  if (operations.empty()) return 0;
  const Verdict verdict = checker_of(number).check(history_of(operations), {});
  if (verdict.validity == expected) return 0;
  std::fprintf(stderr, "%s, by %s:\n%s", twin.name.c_str(), verdict.procedure.c_str(),
               draw_timeline(operations).c_str());
  std::abort();
}
