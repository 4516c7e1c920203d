// The pictures of the HTML report, as inline SVG: the whole run at a glance, and a close-up of the
// operations that prove a violation.
//
// Idea: everything is binned to one column of the plot, so the size does not grow with the number
// of operations (a few hundred kilobytes at most) and drawing is linear in them.
#pragma once

#include <string>
#include <vector>

#include "reports/anomaly.hpp"
#include "reports/report.hpp"

namespace faultrig {

// Fault bands, throughput, latency, clocks where they were wrong, and a lane for each node: answers
// as a histogram, failures and unknown outcomes as ticks below, the operations of the core marked.
// Empty without operations.
std::string overview_chart(const Report& report);

// The core's operations as bars on the run's time, one row each, over the faults in force.
// The impossible answer stands out.
std::string close_up_chart(const NotLinearizable& evidence, const Anomaly& anomaly,
                           const RunRecord* record);

// The class of a fault family in the style sheet: its name, or "other".
std::string family_class(const std::string& family);
// Instants on a time axis: 1, 2 or 5 times a power of ten apart, at most `most` of them.
std::vector<Time> axis_ticks(Time from, Time to, std::size_t most);

}  // namespace faultrig
