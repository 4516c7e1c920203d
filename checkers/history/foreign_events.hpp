// Histories of other tools as events of ours: what their readers share.
//
// Rules, the same for all: the order of the lines is the order of events (real time), an index that
// is given must grow, a time that is given must not go back by more than a second; what is no
// client's (a process that is no number: Jepsen's nemesis) is left out; a process that goes on
// after an unknown outcome goes on as a new process; operations without a completion are unknown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "checkers/history/event.hpp"
#include "checkers/history/history.hpp"

namespace faultrig {

// Whether the values of a history are pairs [key, value], as Jepsen's `independent` writes them.
enum class Keyed { yes, no, find_out };

class ForeignEvents {
 public:
  explicit ForeignEvents(std::string source) : source_(std::move(source)) {}

  // `event.index` and `event.time` are set here. `given_index`: -1 when the file has none.
  // Throws HistoryError with the line.
  void add(Event event, std::int64_t line, std::int64_t given_index = -1);
  // A map with :type, :f, :process and the like. Unknown fields are ignored.
  void add_map(const Value& map, std::int64_t line);
  bool is_empty() const { return events_.empty(); }
  // Throws HistoryError when the events break the contract of a history.
  History finish(Keyed keyed);

  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  [[noreturn]] void refuse(std::int64_t line, std::string rule) const;
  Time time_of(const Value& map, std::int64_t line);
  bool looks_keyed() const;
  void split_keys();

  std::string source_;
  std::vector<Event> events_;
  std::vector<std::int64_t> lines_;
  std::unordered_map<ProcessId, ProcessId> process_now_;  // after an unknown outcome
  std::unordered_map<ProcessId, std::string> in_flight_;  // the f, for completions without one
  ProcessId next_process_ = std::int64_t{1} << 40;
  std::int64_t last_given_index_ = -1;
  Time last_time_{};
  std::size_t times_back_ = 0;
  std::vector<std::string> warnings_;
};

}  // namespace faultrig
