// The stupid twins of the models: plain Values, plain code, every possible outcome of a step, and
// nothing shared with checkers/models. With random histories over their operations.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "checkers/history/operation.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig::testing {

struct ModelTwin {
  std::string name;  // of model_catalog()
  Value initial;     // as the checker takes it
  Value start;       // the twin's own first state
  // An invocation (f and input) drawn at random.
  std::function<Operation(Dice&)> invent;
  // Results that such an operation might have, right or wrong.
  std::function<std::vector<Value>(const Operation&)> results;
  // All states afterwards; none when the operation cannot have ended so. Of an unknown one, all
  // that it may have done.
  std::function<std::vector<Value>(const Value& state, const Operation&)> next;
};

const std::vector<ModelTwin>& model_twins();

struct TwinShape {
  int operations = 7;
  int clients = 3;
  int unknown_percent = 0;
  int wrong_percent = 0;  // results drawn at random
};
std::vector<Operation> random_twin_history(const ModelTwin& twin, const TwinShape& shape,
                                           std::uint64_t seed);

// Every order of every choice of unknown operations, and every outcome of each.
bool is_linearizable_by_brute_force(const ModelTwin& twin,
                                    const std::vector<Operation>& operations);

}  // namespace faultrig::testing
