#include "tests/checkers/invariants/object_histories_support.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <stdexcept>

namespace faultrig::testing {
namespace {

struct Slot {
  std::int64_t operation = -1;  // in flight; -1: none
  bool has_happened = false;
  Outcome outcome = Outcome::ok;
  ProcessId process = 0;
};

Outcome draw_outcome(const ObjectHistory& options, Dice& dice) {
  const auto draw = static_cast<int>(dice.below(100));
  if (draw < options.unknown_percent) return Outcome::info;
  return draw < options.unknown_percent + options.failed_percent ? Outcome::fail : Outcome::ok;
}

void end(Slot& slot, Operation& operation, std::int64_t& index, ProcessId& next_process) {
  operation.outcome = slot.outcome;
  if (slot.outcome != Outcome::ok) operation.output = Value();
  if (slot.outcome == Outcome::info) {
    slot.process = next_process++;
  } else {
    operation.completed_at = index++;
    operation.complete_time = std::chrono::milliseconds(operation.completed_at);
  }
  slot.operation = -1;
}

}  // namespace

ObjectHistory any_object_history(int most) {
  ObjectHistory options;
  options.operations = *rc::gen::inRange(1, most + 1);
  options.clients = *rc::gen::inRange(1, 6);
  options.unknown_percent = *rc::gen::element(0, 20, 50);
  options.failed_percent = *rc::gen::element(0, 20);
  return options;
}

std::vector<Operation> play(const ObjectHistory& options, std::uint64_t seed, const Begin& begin,
                            const TakeEffect& take_effect) {
  Dice dice(seed);
  std::vector<Operation> operations;
  std::vector<Slot> slots(static_cast<std::size_t>(options.clients));
  ProcessId next_process = 0;
  for (Slot& slot : slots) slot.process = next_process++;
  std::int64_t index = 0;
  std::size_t busy = 0;
  while (operations.size() < static_cast<std::size_t>(options.operations) || busy > 0) {
    Slot& slot = slots[dice.below(slots.size())];
    if (slot.operation < 0) {
      if (operations.size() >= static_cast<std::size_t>(options.operations)) continue;
      slot.operation = static_cast<std::int64_t>(operations.size());
      slot.outcome = draw_outcome(options, dice);
      slot.has_happened =
          slot.outcome == Outcome::fail || (slot.outcome == Outcome::info && dice.chance(1, 2));
      Operation operation = begin(dice);
      operation.process = slot.process;
      operation.invoked_at = index++;
      operation.invoke_time = std::chrono::milliseconds(operation.invoked_at);
      operations.push_back(std::move(operation));
      ++busy;
      continue;
    }
    Operation& operation = operations[static_cast<std::size_t>(slot.operation)];
    if (!slot.has_happened) {
      slot.has_happened = true;
      take_effect(operation, dice);
    } else {
      end(slot, operation, index, next_process);
      --busy;
    }
  }
  return operations;
}

void append_operation(std::vector<Operation>& operations, std::string f, Value input,
                      Value output) {
  Operation last = asked(std::move(f), std::move(input));
  last.output = std::move(output);
  last.outcome = Outcome::ok;
  for (const Operation& operation : operations) {
    last.process = std::max(last.process, operation.process + 1);
    last.invoked_at = std::max(last.invoked_at, operation.invoked_at + 1);
    if (operation.completed_at != Operation::never) {
      last.invoked_at = std::max(last.invoked_at, operation.completed_at + 1);
    }
  }
  last.completed_at = last.invoked_at + 1;
  last.invoke_time = std::chrono::milliseconds(last.invoked_at);
  last.complete_time = std::chrono::milliseconds(last.completed_at);
  operations.push_back(std::move(last));
}

Operation asked(std::string f, Value input) {
  Operation operation;
  operation.f = std::move(f);
  operation.input = std::move(input);
  return operation;
}

std::uint64_t figure(const Verdict& verdict, const std::string& name) {
  for (const auto& [known, text] : verdict.statistics) {
    if (known == name) return std::stoull(text);
  }
  throw std::out_of_range("no figure called " + name);
}

}  // namespace faultrig::testing
