#include "checkers/invariants/long_fork.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

#include "checkers/invariants/element_numbers.hpp"
#include "checkers/invariants/findings.hpp"

namespace faultrig {
namespace {

constexpr std::size_t table_limit = std::size_t{1} << 20;

struct Access {
  bool is_write = false;
  const Value* key = nullptr;
  const Value* value = nullptr;
};

// Nothing for what is no access.
std::optional<Access> access_from(const Value& item) {
  if (!item.is_list() || item.as_list().size() != 3 || !item.as_list()[0].is_string()) {
    return std::nullopt;
  }
  const Value::List& parts = item.as_list();
  const std::string& word = parts[0].as_string();
  if (word != "r" && word != "w") return std::nullopt;
  return Access{word == "w", &parts[1], &parts[2]};
}

struct KeyState {
  const Operation* write = nullptr;  // that may have counted
  const Operation* failed_write = nullptr;
  Value value;
  bool is_written_again = false;
};

// Two keys read together, the one with the lower number first.
struct Together {
  const Operation* only_first = nullptr;  // a read that showed the first key and not the second
  const Operation* only_second = nullptr;
};

class LongForks {
 public:
  LongForks(PropertyFindings& findings, const CheckBudget& budget)
      : findings_(findings), budget_(budget), numbers_(table_limit) {}

  void judge(const History& history) {
    for (const Operation& operation : history.operations()) {
      if (!operation.input.is_list()) continue;
      for (const Value& item : operation.input.as_list()) take_write(operation, item);
    }
    for (std::uint32_t number = 0; number < keys_.size(); ++number) {
      if (!keys_[number].is_written_again) continue;
      findings_.leave_open(
          fmt::format("key {} was written more than once, so what a read of it "
                      "shows is not clear",
                      numbers_.element(number).to_string()));
    }
    for (const Operation& operation : history.operations()) {
      if (operation.outcome == Outcome::ok && operation.output.is_list()) look_at(operation);
    }
    if (steps_ > budget_.steps) {
      findings_.leave_open(fmt::format(
          "the budget of {} steps ended before all reads were compared", budget_.steps));
    }
    if (pairs_.empty()) findings_.leave_open("no two keys were read together");
  }

  std::uint64_t reads() const { return reads_; }
  std::size_t keys() const { return keys_.size(); }
  std::size_t pairs() const { return pairs_.size(); }

 private:
  KeyState& key_of(const Value& key) {
    const std::uint32_t number = numbers_.number_of(key);
    if (number >= keys_.size()) keys_.resize(number + 1);
    return keys_[number];
  }

  void take_write(const Operation& operation, const Value& item) {
    const auto access = access_from(item);
    if (!access || !access->is_write) return;
    KeyState& key = key_of(*access->key);
    if (operation.outcome == Outcome::fail) {
      key.failed_write = &operation;
      return;
    }
    key.is_written_again = key.is_written_again || key.write != nullptr;
    key.write = &operation;
    key.value = *access->value;
  }

  struct Seen {
    std::uint32_t key;
    bool is_there;
  };

  void look_at(const Operation& operation) {
    std::vector<Seen> seen;
    std::vector<std::uint32_t> own;
    for (const Value& item : operation.output.as_list()) {
      const auto access = access_from(item);
      if (!access) continue;
      const KeyState& key = key_of(*access->key);
      const std::uint32_t number = numbers_.number_of(*access->key);
      if (access->is_write) {
        own.push_back(number);
        continue;
      }
      if (!access->value->is_nil()) judge_value(operation, *access, key);
      seen.push_back({number, !access->value->is_nil()});
    }
    std::erase_if(seen, [&](const Seen& one) {
      return std::find(own.begin(), own.end(), one.key) != own.end() ||
             keys_[one.key].is_written_again;
    });
    if (seen.empty()) return;
    ++reads_;
    steps_ += seen.size() * seen.size();
    if (steps_ <= budget_.steps) compare(operation, seen);
  }

  void judge_value(const Operation& read, const Access& access, const KeyState& key) {
    const bool is_explained = key.write != nullptr && key.write->invoked_at < read.completed_at &&
                              (key.is_written_again || key.value == *access.value);
    if (is_explained) return;
    findings_.add("unexpected", std::nullopt, [&] {
      std::vector<Operation> operations = {read};
      std::string why = "which nobody wrote to it";
      if (key.write != nullptr) {
        operations.push_back(*key.write);
        if (key.value == *access.value) why = "before anybody began to write it";
      } else if (key.failed_write != nullptr) {
        operations.push_back(*key.failed_write);
        why = "though the write failed";
      }
      return std::pair(fmt::format("a read of {} shows key {} with {}, {}", who_answered(read),
                                   access.key->to_string(), access.value->to_string(), why),
                       std::move(operations));
    });
  }

  void compare(const Operation& operation, const std::vector<Seen>& seen) {
    for (std::size_t i = 0; i < seen.size(); ++i) {
      for (std::size_t j = i + 1; j < seen.size(); ++j) {
        if (seen[i].key == seen[j].key) continue;
        const Seen& low = seen[i].key < seen[j].key ? seen[i] : seen[j];
        const Seen& high = seen[i].key < seen[j].key ? seen[j] : seen[i];
        Together& pair = pairs_[std::uint64_t{low.key} << 32 | high.key];
        if (low.is_there == high.is_there) continue;
        const Operation*& place = low.is_there ? pair.only_first : pair.only_second;
        if (place != nullptr) continue;
        place = &operation;
        if (pair.only_first != nullptr && pair.only_second != nullptr) tell(low, high, pair);
      }
    }
  }

  void tell(const Seen& low, const Seen& high, const Together& pair) {
    findings_.add("long fork", std::nullopt, [&] {
      std::vector<Operation> operations = {*pair.only_first, *pair.only_second};
      for (const std::uint32_t key : {low.key, high.key}) {
        if (keys_[key].write != nullptr) operations.push_back(*keys_[key].write);
      }
      const std::string a = numbers_.element(low.key).to_string();
      const std::string b = numbers_.element(high.key).to_string();
      return std::pair(fmt::format("process {} saw key {} and not yet {}, process {} saw {} and "
                                   "not yet {}",
                                   pair.only_first->process, a, b, pair.only_second->process, b, a),
                       std::move(operations));
    });
  }

  PropertyFindings& findings_;
  const CheckBudget& budget_;
  ElementNumbers numbers_;  // of keys
  std::vector<KeyState> keys_;
  std::unordered_map<std::uint64_t, Together> pairs_;
  std::uint64_t reads_ = 0;
  std::uint64_t steps_ = 0;
};

class LongForkChecker final : public Checker {
 public:
  std::string name() const override { return "long-fork"; }

  Verdict check(const History& history, const CheckBudget& budget) const override {
    PropertyFindings findings;
    findings.stand_alone_for(name());
    LongForks forks(findings, budget);
    forks.judge(history);
    return std::move(findings).verdict(name(), "pair of keys by pair of keys",
                                       {{"reads", std::to_string(forks.reads())},
                                        {"keys", std::to_string(forks.keys())},
                                        {"pairs", std::to_string(forks.pairs())}});
  }
};

}  // namespace

std::unique_ptr<Checker> make_long_fork_checker() { return std::make_unique<LongForkChecker>(); }

}  // namespace faultrig
