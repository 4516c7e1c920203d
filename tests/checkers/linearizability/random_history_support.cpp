#include "tests/checkers/linearizability/random_history_support.hpp"

#include <algorithm>
#include <optional>

namespace faultrig::testing {
namespace {

// The sequential object, written again without looking at the models.
bool happens(Value& state, const Operation& operation) {
  if (operation.f == "read" || operation.f == "get") {
    return operation.outcome != Outcome::ok || operation.output == state;
  }
  if (operation.f == "cas") {
    if (state != operation.input.as_list()[0]) return false;
    state = operation.input.as_list()[1];
    return true;
  }
  if (operation.f == "append") {
    state = Value(state.as_string() + operation.input.as_string());
    return true;
  }
  state = operation.input;
  return true;
}

bool search(std::vector<const Operation*> left, Value state) {
  const bool any_certain = std::any_of(left.begin(), left.end(), [](const Operation* operation) {
    return operation->outcome == Outcome::ok;
  });
  if (!any_certain) return true;
  for (std::size_t i = 0; i < left.size(); ++i) {
    const bool is_minimal = std::none_of(left.begin(), left.end(), [&](const Operation* other) {
      return other->outcome == Outcome::ok && other->completed_at < left[i]->invoked_at;
    });
    Value after = state;
    if (!is_minimal || !happens(after, *left[i])) continue;
    std::vector<const Operation*> rest = left;
    rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(i));
    if (search(std::move(rest), after)) return true;
  }
  return false;
}

class Maker {
 public:
  Maker(const RandomHistory& options, std::uint64_t seed, bool honest)
      : options_(options), dice_(seed), honest_(honest) {
    state_ = options.with_append ? Value("") : Value(0);
  }

  std::vector<Operation> make() {
    std::vector<Client> clients(static_cast<std::size_t>(options_.clients));
    int busy = 0;
    while (started_ < options_.operations || busy > 0) {
      Client& client = clients[dice_.below(clients.size())];
      if (!client.operation) {
        if (started_ == options_.operations) continue;
        start(client);
        ++busy;
      } else if (!client.has_happened && dice_.chance(1, 2)) {
        take_effect(client);
      } else if (client.has_happened) {
        end(client);
        --busy;
      }
    }
    return operations_;
  }

 private:
  struct Client {
    std::optional<std::size_t> operation;
    bool has_happened = false;
    Outcome outcome = Outcome::ok;
    ProcessId process = -1;
  };

  Value some_value() {
    if (options_.unique_values) return wrapped(++last_value_);
    return wrapped(1 + static_cast<std::int64_t>(dice_.below(options_.values)));
  }
  Value seen_value() {
    return wrapped(static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(
        options_.unique_values ? last_value_ + 1 : options_.values + 1))));
  }
  Value wrapped(std::int64_t number) const {
    if (!options_.with_append) return Value(number);
    return number == 0 ? Value("") : Value(std::string(1, static_cast<char>('a' + number % 26)));
  }

  void start(Client& client) {
    if (client.process < 0) client.process = next_process_++;
    Operation operation;
    operation.process = client.process;
    operation.invoked_at = index_++;
    const std::uint64_t kinds = options_.with_append ? 4 : options_.with_cas ? 3 : 2;
    switch (dice_.below(kinds)) {
      case 0:
        operation.f = options_.with_append ? "get" : "read";
        break;
      case 1:
        operation.f = options_.with_append ? "put" : "write";
        break;
      case 2:
        operation.f = "cas";
        break;
      default:
        operation.f = "append";
        break;
    }
    if (operation.f == "cas") {
      // Half of them meant to succeed.
      Value from = dice_.chance(1, 2) ? state_ : seen_value();
      operation.input = Value::list({from, some_value()});
    } else if (operation.f != "read" && operation.f != "get") {
      operation.input = some_value();
    }
    client.operation = operations_.size();
    client.has_happened = false;
    const std::uint64_t percent = dice_.below(100);
    const auto unknown = static_cast<std::uint64_t>(options_.unknown_percent);
    const auto failed = static_cast<std::uint64_t>(options_.failed_percent);
    client.outcome = percent < unknown            ? Outcome::info
                     : percent < unknown + failed ? Outcome::fail
                                                  : Outcome::ok;
    operations_.push_back(std::move(operation));
    ++started_;
  }

  void take_effect(Client& client) {
    client.has_happened = true;
    Operation& operation = operations_[*client.operation];
    if (client.outcome == Outcome::fail) return;
    if (client.outcome == Outcome::info && dice_.chance(1, 2)) return;  // it never will
    if (operation.f == "read" || operation.f == "get") {
      operation.output = honest_ ? state_ : seen_value();
      return;
    }
    const bool happened = happens(state_, operation);
    if (!happened && honest_) client.outcome = Outcome::fail;
  }

  void end(Client& client) {
    Operation& operation = operations_[*client.operation];
    operation.outcome = client.outcome;
    if (client.outcome != Outcome::ok) operation.output = Value();
    if (client.outcome == Outcome::info) {
      client.process = -1;
    } else {
      operation.completed_at = index_++;
    }
    client.operation.reset();
  }

  RandomHistory options_;
  Dice dice_;
  bool honest_;
  Value state_;
  std::vector<Operation> operations_;
  int started_ = 0;
  std::int64_t index_ = 0;
  std::int64_t last_value_ = 0;
  ProcessId next_process_ = 0;
};

}  // namespace

std::vector<Operation> linearizable_history(const RandomHistory& options, std::uint64_t seed) {
  return Maker(options, seed, true).make();
}

std::vector<Operation> arbitrary_history(const RandomHistory& options, std::uint64_t seed) {
  return Maker(options, seed, false).make();
}

bool is_linearizable_by_brute_force(const std::vector<Operation>& operations,
                                    const Value& initial) {
  std::vector<const Operation*> left;
  for (const Operation& operation : operations) {
    if (operation.outcome != Outcome::fail) left.push_back(&operation);
  }
  return search(std::move(left), initial);
}

}  // namespace faultrig::testing
