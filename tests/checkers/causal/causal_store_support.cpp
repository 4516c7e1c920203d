#include "tests/checkers/causal/causal_store_support.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig::testing {
namespace {

Outcome some_outcome(const StoreShape& shape, Dice& dice) {
  const auto roll = static_cast<int>(dice.below(100));
  if (roll < shape.unknown_percent) return Outcome::info;
  return roll < shape.unknown_percent + shape.failed_percent ? Outcome::fail : Outcome::ok;
}

// One operation after the other; each client is a chain of processes.
class Recorder {
 public:
  explicit Recorder(int clients) {
    for (int client = 0; client < clients; ++client) process_.push_back(next_process_++);
  }
  Operation& add(std::size_t client, std::int64_t key, bool is_write, Outcome outcome) {
    Operation operation;
    operation.process = process_[client];
    operation.f = is_write ? "write" : "read";
    operation.key = Value(key);
    if (is_write) operation.input = Value(++last_value_);
    operation.outcome = outcome;
    operation.invoked_at = index_++;
    if (outcome == Outcome::info) {
      process_[client] = next_process_++;
    } else {
      operation.completed_at = index_++;
    }
    operations_.push_back(std::move(operation));
    return operations_.back();
  }
  std::vector<Operation>& operations() { return operations_; }

 private:
  std::vector<Operation> operations_;
  std::vector<ProcessId> process_;
  ProcessId next_process_ = 0;
  std::int64_t last_value_ = 0, index_ = 0;
};

class Store {
 public:
  Store(const StoreShape& shape, Resolution resolution, StoreFault fault, std::uint64_t seed)
      : shape_(shape),
        resolution_(resolution),
        fault_(fault),
        dice_(seed),
        recorder_(shape.clients),
        replicas_(static_cast<std::size_t>(shape.clients)) {
    for (Replica& replica : replicas_) replica.applied.resize(replicas_.size(), 0);
  }

  std::vector<Operation> run() {
    for (int i = 0; i < shape_.operations; ++i) {
      for (std::uint64_t tries = dice_.below(4); tries > 0; --tries) deliver_something();
      operate();
    }
    return std::move(recorder_.operations());
  }

 private:
  struct Write {
    std::size_t origin;
    std::vector<std::uint64_t> past;  // of each replica's writes, this one included
    std::pair<std::uint64_t, std::size_t> stamp;
    std::int64_t key;
    Value value;
  };
  struct Replica {
    std::vector<std::uint64_t> applied;  // of each replica's writes
    std::vector<std::size_t> waiting;    // of others, not applied yet
    std::map<std::int64_t, std::size_t> holds;
    std::uint64_t lamport = 0;
  };

  void operate() {
    const std::size_t client = dice_.below(replicas_.size());
    const std::size_t asked =
        fault_ == StoreFault::wandering_clients ? dice_.below(replicas_.size()) : client;
    const auto key =
        static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(shape_.keys)));
    const bool is_write = static_cast<int>(dice_.below(100)) < shape_.write_percent;
    const Outcome outcome = some_outcome(shape_, dice_);
    Operation& operation = recorder_.add(client, key, is_write, outcome);
    Replica& replica = replicas_[asked];
    if (!is_write) {
      const auto held = replica.holds.find(key);
      if (outcome == Outcome::ok && held != replica.holds.end()) {
        operation.output = writes_[held->second].value;
      }
      return;
    }
    // An unknown write may have happened.
    if (outcome == Outcome::ok || (outcome == Outcome::info && dice_.chance(1, 2))) {
      write(asked, key, operation.input);
    }
  }
  void write(std::size_t origin, std::int64_t key, const Value& value) {
    Replica& replica = replicas_[origin];
    Write made{origin, replica.applied, {replica.lamport + 1, origin}, key, value};
    made.past[origin] = ++made_[origin];
    writes_.push_back(made);
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      if (i != origin || fault_ == StoreFault::own_write_late) {
        replicas_[i].waiting.push_back(writes_.size() - 1);
      } else {
        apply(replica, writes_.size() - 1);
      }
    }
  }
  bool is_ready(const Replica& replica, const Write& write) const {
    if (fault_ == StoreFault::any_order) return true;
    for (std::size_t i = 0; i < replicas_.size(); ++i) {
      const std::uint64_t needed = write.past[i] - (i == write.origin ? 1 : 0);
      if (fault_ == StoreFault::session_order_only && i != write.origin) continue;
      if (replica.applied[i] < needed) return false;
    }
    return true;
  }
  void deliver_something() {
    Replica& replica = replicas_[dice_.below(replicas_.size())];
    if (replica.waiting.empty()) return;
    const std::size_t at = dice_.below(replica.waiting.size());
    if (!is_ready(replica, writes_[replica.waiting[at]])) return;
    const std::size_t number = replica.waiting[at];
    replica.waiting.erase(replica.waiting.begin() + static_cast<std::ptrdiff_t>(at));
    apply(replica, number);
  }
  void apply(Replica& replica, std::size_t number) {
    const Write& write = writes_[number];
    replica.applied[write.origin] =
        std::max(replica.applied[write.origin], write.past[write.origin]);
    replica.lamport = std::max(replica.lamport, write.stamp.first);
    const auto held = replica.holds.find(write.key);
    const bool loses = resolution_ == Resolution::stamped && held != replica.holds.end() &&
                       writes_[held->second].stamp > write.stamp;
    if (!loses) replica.holds[write.key] = number;
  }

  StoreShape shape_;
  Resolution resolution_;
  StoreFault fault_;
  Dice dice_;
  Recorder recorder_;
  std::vector<Replica> replicas_;
  std::vector<Write> writes_;
  std::map<std::size_t, std::uint64_t> made_;
};

}  // namespace

std::vector<Operation> arbitrary_causal_history(const StoreShape& shape, std::uint64_t seed) {
  Dice dice(seed);
  Recorder recorder(shape.clients);
  for (int i = 0; i < shape.operations; ++i) {
    const auto key = static_cast<std::int64_t>(dice.below(static_cast<std::uint64_t>(shape.keys)));
    const bool is_write = static_cast<int>(dice.below(100)) < shape.write_percent;
    recorder.add(dice.below(static_cast<std::uint64_t>(shape.clients)), key, is_write,
                 some_outcome(shape, dice));
  }
  std::vector<Operation>& operations = recorder.operations();
  for (Operation& read : operations) {
    if (read.f != "read" || read.outcome != Outcome::ok || dice.chance(1, 8)) continue;
    if (dice.chance(1, 100)) {
      read.output = Value(1'000'000);
      continue;
    }
    std::vector<Value> values;
    const bool any = dice.chance(1, 10);  // also of later and of failed writes
    for (const Operation& write : operations) {
      if (write.f != "write" || write.key != read.key) continue;
      if (any || (write.outcome != Outcome::fail && write.invoked_at < read.invoked_at)) {
        values.push_back(write.input);
      }
    }
    if (!values.empty()) read.output = values[dice.below(values.size())];
  }
  return std::move(operations);
}

std::vector<Operation> store_history(const StoreShape& shape, Resolution resolution,
                                     StoreFault fault, std::uint64_t seed) {
  return Store(shape, resolution, fault, seed).run();
}

int causal_effort() { return std::getenv("FAULTRIG_LONG") != nullptr ? 100 : 1; }

}  // namespace faultrig::testing
