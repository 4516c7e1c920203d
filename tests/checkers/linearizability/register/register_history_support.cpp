#include "tests/checkers/linearizability/register/register_history_support.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "tests/checkers/linearizability/random_history_support.hpp"

namespace faultrig::testing {
namespace {

using Kind = RegisterOperation::Kind;

// What the register holds afterwards; nothing when the operation cannot happen now.
std::optional<ModelState> after(ModelState state, const RegisterOperation& operation) {
  switch (operation.kind) {
    case Kind::read:
      return state == operation.expected ? std::optional(state) : std::nullopt;
    case Kind::write:
      return operation.desired;
    case Kind::cas:
      return state == operation.expected ? std::optional(operation.desired) : std::nullopt;
    case Kind::mismatch:
      return state != operation.expected ? std::optional(state) : std::nullopt;
  }
  return std::nullopt;
}

struct Client {
  std::optional<std::size_t> operation;
  bool has_happened = false;
  bool is_unknown = false;
};

class Maker {
 public:
  Maker(const RegisterShape& shape, std::uint64_t seed) : shape_(shape), dice_(seed) {}

  std::vector<RegisterOperation> make() {
    std::vector<Client> clients(static_cast<std::size_t>(shape_.clients));
    int busy = 0;
    int started = 0;
    while (started < shape_.operations || busy > 0) {
      Client& client = clients[dice_.below(clients.size())];
      if (!client.operation) {
        if (started == shape_.operations) continue;
        ++started;
        ++busy;
        start(client);
      } else if (!client.has_happened) {
        happen(client);
      } else {
        --busy;
        end(client);
      }
    }
    std::erase_if(operations_, [](const RegisterOperation& operation) {
      return !operation.is_certain() && !operation.is_mutation();
    });
    return operations_;
  }

 private:
  ModelState fresh_value() {
    if (shape_.values == 0) return ++last_value_;
    return 1 + static_cast<ModelState>(dice_.below(static_cast<std::uint64_t>(shape_.values)));
  }
  ModelState seen_value() {
    const int known = shape_.values == 0 ? static_cast<int>(last_value_) : shape_.values;
    return static_cast<ModelState>(dice_.below(static_cast<std::uint64_t>(known) + 1));
  }

  void start(Client& client) {
    RegisterOperation operation;
    operation.invoked_at = index_++;
    operation.completed_at = Operation::never;
    operation.kind = static_cast<Kind>(dice_.below(3));
    if (operation.kind == Kind::cas)
      operation.expected = dice_.chance(1, 2) ? state_ : seen_value();
    if (operation.kind != Kind::read) operation.desired = fresh_value();
    client.operation = operations_.size();
    client.has_happened = false;
    client.is_unknown = dice_.chance(static_cast<std::uint64_t>(shape_.unknown_percent), 100);
    operations_.push_back(operation);
  }

  void happen(Client& client) {
    client.has_happened = true;
    RegisterOperation& operation = operations_[*client.operation];
    if (client.is_unknown && dice_.chance(1, 2)) return;  // it never will
    const bool lies = dice_.chance(static_cast<std::uint64_t>(shape_.wrong_percent), 100);
    if (operation.kind == Kind::read) operation.expected = lies ? seen_value() : state_;
    if (const auto next = after(state_, operation)) {
      state_ = *next;
    } else if (!lies && !client.is_unknown) {
      operation.kind = shape_.with_mismatches ? Kind::mismatch : Kind::read;
      operation.desired = 0;
      if (operation.kind == Kind::read) operation.expected = state_;
    }
  }

  void end(Client& client) {
    if (!client.is_unknown) operations_[*client.operation].completed_at = index_++;
    client.operation.reset();
  }

  RegisterShape shape_;
  Dice dice_;
  ModelState state_ = 0;
  ModelState last_value_ = 0;
  std::int64_t index_ = 0;
  std::vector<RegisterOperation> operations_;
};

bool search(const std::vector<RegisterOperation>& operations, std::vector<bool>& placed,
            ModelState state) {
  std::int64_t deadline = Operation::never;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (!placed[i]) deadline = std::min(deadline, operations[i].completed_at);
  }
  if (deadline == Operation::never) return true;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (placed[i] || operations[i].invoked_at > deadline) continue;
    const auto next = after(state, operations[i]);
    if (!next) continue;
    placed[i] = true;
    if (search(operations, placed, *next)) return true;
    placed[i] = false;
  }
  return false;
}

}  // namespace

std::vector<RegisterOperation> random_register_history(const RegisterShape& shape,
                                                       std::uint64_t seed) {
  return Maker(shape, seed).make();
}

bool has_order_by_brute_force(const std::vector<RegisterOperation>& operations,
                              ModelState initial) {
  std::vector<bool> placed(operations.size(), false);
  return search(operations, placed, initial);
}

const char* what_is_wrong_with(const std::vector<std::uint32_t>& order,
                               const std::vector<RegisterOperation>& operations, ModelState initial,
                               bool complete) {
  std::vector<bool> placed(operations.size(), false);
  ModelState state = initial;
  std::int64_t latest = -1;
  for (const std::uint32_t number : order) {
    if (placed[number]) return "placed twice";
    placed[number] = true;
    if (operations[number].completed_at < latest) return "against real time";
    latest = std::max(latest, operations[number].invoked_at);
    const auto next = after(state, operations[number]);
    if (!next) return "refused by the register";
    state = *next;
  }
  for (std::size_t i = 0; complete && i < operations.size(); ++i) {
    if (operations[i].is_certain() && !placed[i]) return "not all placed";
  }
  return "";
}

std::string draw(const std::vector<RegisterOperation>& operations) {
  static constexpr const char* names[] = {"read", "write", "cas", "mismatch"};
  std::string text;
  for (const RegisterOperation& operation : operations) {
    text += fmt::format(
        "{} {}->{} [{}, {}]\n", names[static_cast<int>(operation.kind)], operation.expected,
        operation.desired, operation.invoked_at,
        operation.is_certain() ? std::to_string(operation.completed_at) : std::string("?"));
  }
  return text;
}

}  // namespace faultrig::testing
