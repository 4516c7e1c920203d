// Random histories of an object that a test plays itself: clients begin operations, each takes
// effect at a random instant of its interval (or, where it fails or stays unknown, perhaps not),
// and ends. What the object does is the test's; valid by construction when it does the right thing.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "checkers/history/history.hpp"
#include "checkers/verdict.hpp"
#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig::testing {

struct ObjectHistory {
  int operations = 10;
  int clients = 3;
  int unknown_percent = 0;
  int failed_percent = 0;
};

// Drawn by RapidCheck: at most `most` operations.
ObjectHistory any_object_history(int most);

// `begin` gives f and input; `take_effect` sets the output.
using Begin = std::function<Operation(Dice&)>;
using TakeEffect = std::function<void(Operation&, Dice&)>;
std::vector<Operation> play(const ObjectHistory& options, std::uint64_t seed, const Begin& begin,
                            const TakeEffect& take_effect);

// One operation after all others have ended, by a new process.
void append_operation(std::vector<Operation>& operations, std::string f, Value input, Value output);

Operation asked(std::string f, Value input = {});
// The figure of that name; fails the test when there is none.
std::uint64_t figure(const Verdict& verdict, const std::string& name);

}  // namespace faultrig::testing
