// The evidence in words: what was promised, what was seen, which faults were in force, and the
// smallest history that shows it, drawn so that it can be pasted into a test file.
//
// Plain text, at most 98 columns (drawings excepted), for the terminal, story.txt and the HTML
// report.
#pragma once

#include <string>

#include "checkers/evidence.hpp"
#include "reports/report.hpp"

namespace faultrig {

// One chapter for every verdict that is not valid; one line when all are.
std::string story(const Report& report);

// `check linearizable model=...` with the core below it and `invalid` at the end.
std::string drawn_core(const NotLinearizable& evidence);

// The first evidence of an order that cannot be; nullptr when there is none.
const NotLinearizable* proof_in(const Report& report);
// The verdict in one sentence: "A stale read: key 0, answered by n2".
std::string lead(const Report& report);

}  // namespace faultrig
