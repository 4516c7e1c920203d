// Line-by-line logs of other tools.
//
// Jepsen's console log, as Porcupine's etcd histories have it:
//   INFO  jepsen.util - 3   :invoke :cas    [2 4]
// A read that timed out claims nothing, a write or cas that did (`:timed-out`, :info) is unknown,
// and a cas that failed says that the value did not match: it becomes ok with output false.
//
// LiMo's logs (Lee and Mathur 2025), with `# @object atomic-queue` for the model:
//   [1] call enq(5)
//   [1] return
//   [2] call deq
//   [2] return empty
// enq and add become enqueue, deq and remove dequeue (in a queue), `empty` becomes nil.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checkers/history/history.hpp"

namespace faultrig {

struct LogHistory {
  History history;
  std::string model;  // empty when the log does not name it
  std::vector<std::string> warnings;
};

// `source` names the text in errors. Throw HistoryError with the line; a broken last line without a
// newline is a cut-off log and only warned of.
LogHistory read_etcd_log(std::string_view text, const std::string& source);
LogHistory read_limo_log(std::string_view text, const std::string& source);

}  // namespace faultrig
