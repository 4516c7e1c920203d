#include "checkers/causal/causal_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "checkers/causal/written_values.hpp"

namespace faultrig {
namespace {

constexpr std::uint32_t none = CausalHistory::none;

enum class Role : std::uint8_t { dropped, write, unknown_write, failed_write, read };

bool writes(std::string_view f) { return f == "write" || f == "put"; }
bool reads(std::string_view f) { return f == "read" || f == "get"; }

std::string name_of(const Operation& operation) {
  return fmt::format("`{}` of process {} (event {})", describe(operation), operation.process,
                     operation.invoked_at);
}

class Reducer {
 public:
  Reducer(const History& history, const Value& initial) : initial_(initial) {
    result_.operations = history.operations();
    result_.session_begin = {0};
    result_.slots_begin = {0};
    result_.writes_begin = {0};
  }

  CausalHistory reduce() {
    if (!classify() || !collect_writes()) return std::move(result_);
    find_sources();
    number_operations();
    fill();
    make_slots();
    return std::move(result_);
  }

 private:
  bool refuse(std::string reason) {
    result_.refusal = std::move(reason);
    return false;
  }
  bool is_initial(const Value& value) const { return value.is_nil() || value == initial_; }

  bool classify();
  bool collect_writes();
  void find_sources();
  void find_failed_writers();
  void number_operations();
  void fill();
  void make_slots();

  const Value& initial_;
  CausalHistory result_;
  // By position in the history.
  std::vector<Role> role_;
  std::vector<std::uint32_t> key_, session_, source_, number_;
  std::vector<std::size_t> baseless_;
  WrittenValues values_;
  std::uint32_t keys_ = 0, sessions_ = 0;
};

// What each operation is to us; false when one is no read or write.
bool Reducer::classify() {
  const auto operations = result_.operations;
  role_.assign(operations.size(), Role::dropped);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    const Operation& operation = operations[i];
    if (writes(operation.f)) {
      role_[i] = operation.outcome == Outcome::ok     ? Role::write
                 : operation.outcome == Outcome::info ? Role::unknown_write
                                                      : Role::failed_write;
    } else if (!reads(operation.f)) {
      return refuse(
          fmt::format("{} is neither a read nor a write, and causality is judged from "
                      "those alone",
                      name_of(operation)));
    } else if (operation.outcome == Outcome::ok) {
      role_[i] = Role::read;
    }
  }
  return true;
}

bool Reducer::collect_writes() {
  const auto operations = result_.operations;
  SmallNumbers<std::optional<Value>> keys;
  key_.assign(operations.size(), none);
  values_.reserve(operations.size());
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (role_[i] == Role::dropped) continue;
    key_[i] = keys.number_of(operations[i].key);
    if (role_[i] != Role::write && role_[i] != Role::unknown_write) continue;
    if (is_initial(operations[i].input)) {
      return refuse(
          fmt::format("{} writes the initial value, so nobody can tell whether a read "
                      "returned it or saw no write at all",
                      name_of(operations[i])));
    }
    const std::uint32_t other =
        values_.add(key_[i], operations[i].input, static_cast<std::uint32_t>(i));
    if (other != none) {
      return refuse(
          fmt::format("{} and {} write the same value, so nobody can tell which of them "
                      "a read returned; causality needs distinct values",
                      name_of(operations[other]), name_of(operations[i])));
    }
  }
  keys_ = keys.count();
  return true;
}

void Reducer::find_sources() {
  const auto operations = result_.operations;
  source_.assign(operations.size(), none);
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (role_[i] != Role::read) continue;
    if (is_initial(operations[i].output)) {
      source_[i] = CausalHistory::initial;
      continue;
    }
    source_[i] = values_.find(key_[i], operations[i].output);
    if (source_[i] == none) {
      baseless_.push_back(i);
    } else if (role_[source_[i]] == Role::unknown_write) {
      role_[source_[i]] = Role::write;  // somebody read it, so it happened
    }
  }
}

void Reducer::number_operations() {
  const auto operations = result_.operations;
  SmallNumbers<ProcessId> sessions;
  session_.assign(operations.size(), none);
  std::vector<std::uint32_t> sizes;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (role_[i] != Role::write && role_[i] != Role::read) continue;
    session_[i] = sessions.number_of(operations[i].process);
    if (sessions.count() > sizes.size()) sizes.push_back(0);
    ++sizes[session_[i]];
  }
  sessions_ = sessions.count();
  for (std::uint32_t s = 0; s < sessions_; ++s) {
    result_.session_begin.push_back(result_.session_begin.back() + sizes[s]);
  }
  number_.assign(operations.size(), none);
  std::vector<std::uint32_t> next = result_.session_begin;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (session_[i] != none) number_[i] = next[session_[i]]++;
  }
}

void Reducer::fill() {
  const std::uint32_t size = result_.session_begin.back();
  result_.position.resize(size);
  result_.session_of.resize(size);
  result_.key_of.resize(size);
  result_.source_of.resize(size);
  for (std::size_t i = 0; i < number_.size(); ++i) {
    const std::uint32_t number = number_[i];
    if (number == none) continue;
    result_.position[number] = static_cast<std::uint32_t>(i);
    result_.session_of[number] = session_[i];
    result_.key_of[number] = key_[i];
    result_.source_of[number] = role_[i] == Role::write                ? number
                                : source_[i] == none                   ? none
                                : source_[i] == CausalHistory::initial ? source_[i]
                                                                       : number_[source_[i]];
  }
  find_failed_writers();
}

void Reducer::find_failed_writers() {
  if (baseless_.empty()) return;
  WrittenValues failed;
  const auto operations = result_.operations;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (role_[i] != Role::failed_write) continue;
    failed.add(key_[i], operations[i].input, static_cast<std::uint32_t>(i));
  }
  for (std::size_t i : baseless_) {
    const std::uint32_t writer = failed.find(key_[i], operations[i].output);
    BaselessRead read{number_[i]};
    if (writer != none) read.failed_write = writer;
    result_.baseless.push_back(read);
  }
}

void Reducer::make_slots() {
  // Sessions come one after the other, so a key has a new slot whenever its session changes.
  const std::uint32_t size = result_.size();
  std::vector<std::uint32_t> last_session(keys_, none);
  result_.slots_begin.assign(std::size_t{keys_} + 1, 0);
  for (std::uint32_t number = 0; number < size; ++number) {
    const std::uint32_t key = result_.key_of[number];
    if (!result_.is_write(number) || last_session[key] == result_.session_of[number]) continue;
    last_session[key] = result_.session_of[number];
    ++result_.slots_begin[key + 1];
  }
  for (std::uint32_t key = 0; key < keys_; ++key) {
    result_.slots_begin[key + 1] += result_.slots_begin[key];
  }
  result_.session_of_slot.assign(result_.slots_begin.back(), none);
  result_.slot_of.assign(size, none);
  result_.writes_begin.assign(std::size_t{result_.slots()} + 1, 0);
  std::vector<std::uint32_t> next = result_.slots_begin;  // the slot a new session would get
  for (std::uint32_t number = 0; number < size; ++number) {
    if (!result_.is_write(number)) continue;
    const std::uint32_t key = result_.key_of[number], session = result_.session_of[number];
    const bool is_new =
        next[key] == result_.slots_begin[key] || result_.session_of_slot[next[key] - 1] != session;
    if (is_new) result_.session_of_slot[next[key]++] = session;
    result_.slot_of[number] = next[key] - 1;
    ++result_.writes_begin[next[key]];
  }
  for (std::uint32_t slot = 0; slot < result_.slots(); ++slot) {
    result_.writes_begin[slot + 1] += result_.writes_begin[slot];
  }
  result_.writes.resize(result_.writes_begin.back());
  next = result_.writes_begin;
  for (std::uint32_t number = 0; number < size; ++number) {
    const std::uint32_t slot = result_.slot_of[number];
    if (slot != none) result_.writes[next[slot]++] = number;
  }
}

}  // namespace

CausalHistory causal_history(const History& history, const Value& initial) {
  return Reducer(history, initial).reduce();
}

}  // namespace faultrig
