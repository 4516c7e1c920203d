// Histories as JSON lines, one event a line, appended as things happen:
//   {"index":0,"time":3291485,"type":"invoke","process":0,"f":"cas","key":7,"value":[1,2],
//    "node":"n1"}     (on one line)
// `time` is nanoseconds since the start of the run; key, error and node are left out when absent;
// unknown fields are ignored. Lines whose process is the word "nemesis" tell what no client did, as
// in Jepsen's histories: they are for people and passed over. A killed control process loses at
// most the last line, so a last line that is cut off is tolerated with a warning; any other broken
// line is refused. Cost: linear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/event.hpp"
#include "checkers/history/history.hpp"

namespace faultrig {

// Without the newline. Everything read back is equal, except that a real which is not finite
// becomes nil and bytes which are not UTF-8 become U+FFFD, as JSON has neither.
std::string to_json_line(const Event& event);

// A line of the nemesis, without the newline.
std::string to_json_line(Time time, std::string_view f, const Value& value);

// Throws JsonError when the line is no JSON, HistoryError (source "event", line 1) when a field is
// missing or of the wrong kind.
Event event_from_json_line(std::string_view line);

struct JsonLinesHistory {
  History history;
  std::vector<std::string> warnings;
};

// `source` names the text in errors. Throws HistoryError with the line and the rule it breaks.
JsonLinesHistory read_history_jsonl(std::string_view text, const std::string& source);

}  // namespace faultrig
