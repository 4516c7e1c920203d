// A history: the operations of one run, checked against the contract when it is built.
//
// The contract, refused with the line that breaks it: indices dense and in order, time never going
// back, one operation in flight a process, every completion has its invocation (same process, same
// f, same key), and a process that ended in info never acts again. Invocations without a completion
// are allowed (the run was cut off): they are info.
#pragma once

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

#include "checkers/history/event.hpp"
#include "checkers/history/operation.hpp"

namespace faultrig {

// What is wrong with a history and where: "history.jsonl:17: process 3 invoked write while its
// read of line 12 is still in flight".
struct HistoryError : std::runtime_error {
  HistoryError(std::string source_name, std::int64_t line_number, std::string rule_text);
  std::string source;  // file name, or "history" for one built in memory
  std::int64_t line;   // counts from 1
  std::string rule;
};

class History {
 public:
  History() = default;
  // Operations in order of invocation.
  std::span<const Operation> operations() const { return operations_; }
  bool empty() const { return operations_.empty(); }

 private:
  friend class HistoryBuilder;
  std::vector<Operation> operations_;
};

// Feeds events one by one and checks the contract; used by readers, and by the run itself.
class HistoryBuilder {
 public:
  explicit HistoryBuilder(std::string source = "history");
  // `line` is named in errors; pass event.index + 1 for histories built in memory.
  // Throws HistoryError; the builder is then as it was before the call.
  void add(const Event& event, std::int64_t line);
  History finish();

 private:
  [[noreturn]] void refuse(std::int64_t line, std::string rule) const;
  void check_order(const Event& event, std::int64_t line) const;
  void add_invocation(const Event& event, std::int64_t line);
  void add_completion(const Event& event, std::int64_t line);

  struct InFlight {
    std::size_t operation;
    std::int64_t line;
  };
  std::string source_;
  std::int64_t next_index_ = 0;
  Time last_time_{};
  std::vector<Operation> operations_;
  std::unordered_map<ProcessId, InFlight> in_flight_;
  std::unordered_map<ProcessId, std::int64_t> retired_;  // and the line of its info
  std::int64_t last_line_ = 0;
};

// Throws HistoryError.
History history_from(std::span<const Event> events, std::string source = "history");

// The events of just these operations: their order is kept, the gaps between are closed, and
// unknown operations never get a completion.
std::vector<Event> events_of(std::span<const Operation> operations);
// A history of them. Throws HistoryError when they cannot be parts of one history.
History history_of(std::span<const Operation> operations);

}  // namespace faultrig
