// Random histories over the twins, and every order of them.
#include <algorithm>
#include <optional>
#include <utility>

#include "tests/checkers/models/model_twins_support.hpp"

namespace faultrig::testing {
namespace {

struct Client {
  std::optional<std::size_t> operation;
  bool has_happened = false;
  ProcessId process = -1;
};

bool search(const ModelTwin& twin, const std::vector<Operation>& operations,
            std::vector<bool>& placed, const Value& state) {
  std::int64_t deadline = Operation::never;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (!placed[i] && operations[i].outcome == Outcome::ok) {
      deadline = std::min(deadline, operations[i].completed_at);
    }
  }
  if (deadline == Operation::never) return true;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (placed[i] || operations[i].invoked_at > deadline) continue;
    placed[i] = true;
    for (const Value& after : twin.next(state, operations[i])) {
      if (search(twin, operations, placed, after)) return true;
    }
    placed[i] = false;
  }
  return false;
}

}  // namespace

std::vector<Operation> random_twin_history(const ModelTwin& twin, const TwinShape& shape,
                                           std::uint64_t seed) {
  Dice dice(seed);
  std::vector<Client> clients(static_cast<std::size_t>(shape.clients));
  std::vector<Operation> operations;
  // Where the beginning is not known, an honest history begins somewhere.
  Value state = twin.start.is_nil() && twin.name == "bank" ? Value::list({2, 2}) : twin.start;
  std::int64_t index = 0;
  ProcessId next_process = 0;
  int started = 0;
  int busy = 0;
  while (started < shape.operations || busy > 0) {
    Client& client = clients[dice.below(clients.size())];
    if (!client.operation) {
      if (started == shape.operations) continue;
      if (client.process < 0) client.process = next_process++;
      Operation operation = twin.invent(dice);
      operation.process = client.process;
      operation.invoked_at = index++;
      const bool unknown = dice.chance(static_cast<std::uint64_t>(shape.unknown_percent), 100);
      operation.outcome = unknown ? Outcome::info : Outcome::ok;
      client = {operations.size(), false, client.process};
      operations.push_back(std::move(operation));
      ++started;
      ++busy;
      continue;
    }
    Operation& operation = operations[*client.operation];
    if (!client.has_happened) {
      client.has_happened = true;
      if (operation.outcome == Outcome::info && dice.chance(1, 2)) continue;  // it never will
      const bool lies = dice.chance(static_cast<std::uint64_t>(shape.wrong_percent), 100);
      std::vector<Value> results = twin.results(operation);
      const auto is_wrong = [&](const Value& result) {
        operation.output = result;
        return twin.next(state, operation).empty();
      };
      if (!lies && operation.outcome == Outcome::ok) std::erase_if(results, is_wrong);
      operation.output = Value();
      if (results.empty()) {
        operation.outcome = Outcome::fail;
        continue;
      }
      operation.output = results[dice.below(results.size())];
      const std::vector<Value> after = twin.next(state, operation);
      if (!after.empty()) state = after[dice.below(after.size())];
      continue;
    }
    if (operation.outcome != Outcome::ok) operation.output = Value();
    if (operation.outcome == Outcome::info) {
      client.process = -1;
    } else {
      operation.completed_at = index++;
    }
    client.operation.reset();
    --busy;
  }
  return operations;
}

bool is_linearizable_by_brute_force(const ModelTwin& twin,
                                    const std::vector<Operation>& operations) {
  std::vector<Operation> left;
  for (const Operation& operation : operations) {
    if (operation.outcome != Outcome::fail) left.push_back(operation);
  }
  std::vector<bool> placed(left.size(), false);
  return search(twin, left, placed, twin.start);
}

}  // namespace faultrig::testing
