#include "checkers/history/foreign_events.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace faultrig {
namespace {

bool is_pair(const Value& value) {
  return value.is_list() && value.as_list().size() == 2 && !value.as_list()[0].is_nil();
}

}  // namespace

void ForeignEvents::refuse(std::int64_t line, std::string rule) const {
  throw HistoryError(source_, line, std::move(rule));
}

void ForeignEvents::add(Event event, std::int64_t line, std::int64_t given_index) {
  if (given_index >= 0) {
    if (given_index <= last_given_index_) {
      refuse(line, fmt::format("index {} after index {}: each event needs its own, in order",
                               given_index, last_given_index_));
    }
    last_given_index_ = given_index;
  }
  const auto renamed = process_now_.find(event.process);
  const ProcessId original = event.process;
  if (renamed != process_now_.end()) event.process = renamed->second;
  if (event.type == EventType::invoke) {
    in_flight_[event.process] = event.f;
  } else if (event.f.empty()) {
    event.f = in_flight_[event.process];
  }
  event.index = static_cast<std::int64_t>(events_.size());
  if (event.type == EventType::info) process_now_[original] = next_process_++;
  events_.push_back(std::move(event));
  lines_.push_back(line);
}

void ForeignEvents::add_map(const Value& map, std::int64_t line) {
  if (!map.is_map()) refuse(line, "an event must be a map with type, f, process and value");
  Event event;
  // Without a process all is one's.
  if (const Value* process = map.find("process")) {
    if (!process->is_integer()) return;  // the nemesis
    event.process = process->as_integer();
  }
  if (event.process < 0) refuse(line, fmt::format("process {} is negative", event.process));
  const auto type = event_type_from(map.string_or("type", ""));
  if (!type) refuse(line, "the type of an event is invoke, ok, fail or info");
  event.type = *type;
  event.f = map.string_or("f", "");
  if (event.type == EventType::invoke && event.f.empty()) refuse(line, "the invocation has no f");
  if (const Value* value = map.find("value")) event.value = *value;
  if (const Value* key = map.find("key"); key != nullptr && !key->is_nil()) event.key = *key;
  if (const Value* error = map.find("error"); error != nullptr && !error->is_nil()) {
    event.error = error->is_string() ? error->as_string() : error->to_string();
  }
  event.node = map.string_or("node", "");
  event.time = time_of(map, line);
  add(std::move(event), line, map.integer_or("index", -1));
}

// Clocks of several threads differ by a little, so a time that goes back a little is only warned of
// and not believed: the order of the lines counts.
Time ForeignEvents::time_of(const Value& map, std::int64_t line) {
  const Value* time = map.find("time");
  if (time == nullptr || !time->is_integer()) return last_time_;
  const Time given(time->as_integer());
  if (given >= last_time_) {
    last_time_ = given;
    return given;
  }
  if (last_time_ - given > std::chrono::seconds(1)) {
    refuse(line, fmt::format("time goes back from {} to {} ns, by more than a second",
                             last_time_.count(), given.count()));
  }
  if (++times_back_ == 1) {
    warnings_.push_back(
        fmt::format("{}:{}: time goes back from {} to {} ns; the order of the lines counts",
                    source_, line, last_time_.count(), given.count()));
  }
  return last_time_;
}

// Every client's value is a pair with a key, and a read asks with [key nil].
bool ForeignEvents::looks_keyed() const {
  bool some_read_asks = false;
  for (const Event& event : events_) {
    if (event.key) return false;
    const bool has_no_answer =
        event.type != EventType::invoke && event.type != EventType::ok && event.value.is_nil();
    if (has_no_answer) continue;
    if (!is_pair(event.value)) return false;
    some_read_asks =
        some_read_asks || (event.type == EventType::invoke && event.value.as_list()[1].is_nil());
  }
  return some_read_asks;
}

void ForeignEvents::split_keys() {
  std::unordered_map<ProcessId, Value> key_of;
  for (std::size_t i = 0; i < events_.size(); ++i) {
    Event& event = events_[i];
    if (is_pair(event.value)) {
      const Value pair = event.value;
      event.key = pair.as_list()[0];
      event.value = pair.as_list()[1];
    } else if (event.type != EventType::invoke && event.value.is_nil()) {
      if (const auto key = key_of.find(event.process); key != key_of.end()) event.key = key->second;
    } else {
      refuse(lines_[i], fmt::format("a keyed history has values [key, value], not {}",
                                    event.value.to_string()));
    }
    if (event.type == EventType::invoke) key_of[event.process] = *event.key;
  }
}

History ForeignEvents::finish(Keyed keyed) {
  if (keyed == Keyed::yes || (keyed == Keyed::find_out && looks_keyed())) split_keys();
  HistoryBuilder builder(source_);
  for (std::size_t i = 0; i < events_.size(); ++i) builder.add(events_[i], lines_[i]);
  return builder.finish();
}

}  // namespace faultrig
